/** The CUDA backend, found by {@link java.util.ServiceLoader}: cuBLAS, cuSOLVER, and own kernels compiled by NVRTC. */
package dev.eckart.cuda;
