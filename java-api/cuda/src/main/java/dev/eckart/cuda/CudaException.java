package dev.eckart.cuda;

/** A call of CUDA, cuBLAS, cuSOLVER or NVRTC failed: its name, the code, and what the library says about it. */
final class CudaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int code;

    CudaException(String call, int code, String name) {
        this(call, code, name, "");
    }

    CudaException(String call, int code, String name, String consequence) {
        super(call + " failed: " + code + " (" + name + ")" + consequence);
        this.code = code;
    }

    /** What the call returned. */
    int code() {
        return code;
    }
}
