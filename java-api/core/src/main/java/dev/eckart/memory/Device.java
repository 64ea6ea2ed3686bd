package dev.eckart.memory;

/**
 * Where a tensor's memory lies and its operations run.
 *
 * @param kind CPU or CUDA
 * @param index which of several of its kind, from 0
 */
public record Device(Kind kind, int index) {
    /** Kinds of device. */
    public enum Kind {
        /** The host: OpenBLAS and own kernels. */
        CPU,
        /** An NVIDIA GPU: cuBLAS, cuSOLVER and own kernels, from the artifact eckart-cuda. */
        CUDA
    }

    private static final Device CPU = new Device(Kind.CPU, 0);

    /** Checks the index. */
    public Device {
        if (index < 0 || (kind == Kind.CPU && index != 0)) {
            throw new IllegalArgumentException("device: there is no " + kind + " number " + index);
        }
    }

    /** The host. */
    public static Device cpu() {
        return CPU;
    }

    /** The GPU number {@code index}, from 0. */
    public static Device cuda(int index) {
        return new Device(Kind.CUDA, index);
    }

    /**
     * Reads {@code cpu}, {@code cuda} or {@code cuda:1}.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static Device parse(String text) {
        if (text.equals("cpu")) {
            return CPU;
        }
        if (text.matches("cuda(:\\d{1,4})?")) {
            return cuda(text.length() > 5 ? Integer.parseInt(text.substring(5)) : 0);
        }
        throw new IllegalArgumentException("device: '" + text + "' is none of cpu, cuda, cuda:INDEX");
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return kind == Kind.CPU ? "cpu" : "cuda:" + index;
    }
}
