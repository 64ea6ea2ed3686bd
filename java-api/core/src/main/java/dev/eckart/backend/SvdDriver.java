package dev.eckart.backend;

/** Dense SVD drivers; the host's come first, in the order of {@code eckart.h}. */
public enum SvdDriver {
    /** Divide and conquer (Gu and Eisenstat 1995): fast, 2·n² elements of workspace. */
    GESDD,
    /** QR iteration (Golub and Kahan 1965): slower, workspace of order n. */
    GESVD,
    /** One-sided Jacobi, one matrix a vector lane: for batches of small matrices only. */
    JACOBI,
    /** One-sided Jacobi after a pivoted QR (Drmač and Veselić 2008): small values to high relative accuracy, slow. */
    GEJSV,
    /** One-sided Jacobi rotations (cuSOLVER's gesvdj): on a GPU. */
    GESVDJ,
    /** Polar decomposition, then eigenvectors (cuSOLVER's gesvdp; Nakatsukasa and Higham 2013): on a GPU, all of it products. */
    GESVDP,
    /** Randomized subspace iteration (cuSOLVER's gesvdr; Halko, Martinsson and Tropp 2011): leading triplets alone, on a GPU. */
    GESVDR,
    /** Eigenvectors of AᵀA (cuSOLVER's gesvdaStridedBatched): for batches on a GPU, approximately. */
    GESVDA
}
