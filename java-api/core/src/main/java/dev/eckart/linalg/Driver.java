package dev.eckart.linalg;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How a singular value decomposition is computed. */
public enum Driver {
    /** Chosen from shape, rank and predicted time; {@code explain} says which and why. */
    AUTO,
    /**
     * Bidiagonalization, then divide and conquer, as LAPACK's gesdd: the fastest of full accuracy. A matrix much longer than wide is
     * first reduced to a small triangular one, by CholeskyQR2 where its condition allows, else by blocked Householder QR.
     */
    GESDD,
    /** Bidiagonalization, then QR iteration (LAPACK gesvd): slower, half the memory of gesdd. */
    GESVD,
    /**
     * One-sided Jacobi rotations (cuSOLVER gesvdj): full accuracy on a GPU. A batch of matrices with max(m, n) up to 32 is one call
     * (gesvdjBatched).
     */
    GESVDJ,
    /**
     * A = U·H, then the eigenvectors of H (cuSOLVER gesvdp; Nakatsukasa and Higham 2013): nearly all of it products, on a GPU. Where a
     * singular value is close to zero it shifts them all a little; given up for gesvdj where that is more than rounding.
     */
    GESVDP,
    /**
     * A few leading triplets by the same algorithm as {@link #RANDOMIZED} in one call of cuSOLVER (gesvdr), on a GPU: its random numbers
     * are its own, whatever the seed.
     */
    GESVDR,
    /**
     * Eigenvectors of AᵀA for a batch in one call (cuSOLVER gesvdaStridedBatched), on a GPU: good to some √ε, so never taken unasked. A matrix
     * that is not that good, or whose condition is above ε^-¼ (8192 in F64, 54 in F32), is decomposed alone by gesvdj.
     */
    GESVDA,
    /**
     * One-sided Jacobi (Hestenes 1958), one matrix a vector lane, or a block of threads on a GPU: for batches of matrices with min(m, n)
     * up to 64; a matrix that is rank deficient to the last bit goes to gesdd, or gesvdj.
     */
    JACOBI,
    /**
     * Preconditioned one-sided Jacobi (LAPACK gejsv; Drmač and Veselić 2008): small singular values to high relative accuracy where the
     * entries of A determine them, as in D₁·B·D₂ with a well-conditioned B. Slower than gesdd, never taken unasked before it.
     */
    GEJSV,
    /** A = Q·R, then the SVD of the small R: for matrices much taller (or wider) than wide. */
    QR,
    /**
     * The same with Q and R by Cholesky factors of Gram matrices, all of it products: CholeskyQR2 up to a condition of ε^-½/10, shifted
     * CholeskyQR3 (Fukaya et al. 2020) up to 1/ε, Householder reflections beyond; the condition is estimated.
     */
    CHOLESKY_QR,
    /**
     * Eigenvectors of AᵀA: fast, but singular values below √ε·σ₁ are lost; where that shows, AᵀA of a matrix of F32 is taken in F64, and
     * one of F64 is left to another driver.
     */
    GRAM,
    /** Randomized subspace iteration (Halko, Martinsson and Tropp 2011, algorithms 4.4 and 5.1): for a few leading values. */
    RANDOMIZED,
    /**
     * Block Krylov iteration (Musco and Musco 2015; Tropp and Webber 2023): for a few leading values, also where they decay slowly. Stops when
     * ‖A − A_k‖F is estimated to be 1e-5 above the optimum, relatively, or up to 3e-4 where A_k is little of A. Given up
     * for another driver where singular values below √ε·σ₁ are asked for.
     */
    KRYLOV;

    /** Whether it is the SVD of a small factor of A, on any device. */
    boolean factorsFirst() {
        return this == QR || this == CHOLESKY_QR;
    }

    /** Whether it is for batches alone. */
    boolean forBatches() {
        return this == JACOBI || this == GESVDA;
    }

    /** Whether it finds leading triplets only. */
    boolean leading() {
        return this == GRAM || this == RANDOMIZED || this == GESVDR || this == KRYLOV;
    }

    /**
     * Reads a name as {@code gesdd}.
     *
     * @throws IllegalArgumentException listing the names
     */
    public static Driver parse(String name) {
        return Arrays.stream(values())
                .filter(d -> d.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("driver: '" + name + "' is none of "
                        + Arrays.stream(values()).map(Driver::toString).collect(Collectors.joining(", "))));
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
