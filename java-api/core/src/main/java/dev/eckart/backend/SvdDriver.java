package dev.eckart.backend;

/** LAPACK's dense SVD drivers, in the order of {@code eckart.h}. */
public enum SvdDriver {
    /** Divide and conquer (Gu and Eisenstat 1995): fast, 2·n² elements of workspace. */
    GESDD,
    /** QR iteration (Golub and Kahan 1965): slower, workspace of order n. */
    GESVD
}
