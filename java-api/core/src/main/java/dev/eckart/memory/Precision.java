package dev.eckart.memory;

/**
 * To what the factors of a product of F32 matrices may be rounded before they are multiplied; sums are F32 always. For networks, where
 * a device has units that are faster for it; one that has none rounds nothing. The host has units for BF16 where its processor has
 * AVX-512 BF16, so results differ between processors; for TF32 it has none. Products of F64 are F64.
 */
public enum Precision {
    /** To nothing but their own type: 24 bits. Factorizations take no other. */
    FULL,
    /** To 11 bits, with the range of F32 (NVIDIA's TensorFloat-32): a product is off by some 1e-3 of its terms. */
    TF32,
    /**
     * To 8 bits, with the range of F32 (bfloat16): off by some 1e-2. The tensors stay F32: of each factor its nearest bfloat16 is
     * multiplied (cuBLAS's CUBLAS_COMPUTE_32F_FAST_16BF), which saves time and no memory; {@code to(DType.BF16)} saves memory. On the
     * host, ties go to even, subnormal factors and sums are zero (Intel's VDPBF16PS), and products with a side below 8 round nothing.
     */
    BF16
}
