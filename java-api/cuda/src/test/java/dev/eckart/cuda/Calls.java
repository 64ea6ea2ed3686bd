package dev.eckart.cuda;

import java.util.stream.Stream;

/** How often the double of CUDA's libraries was called. */
public final class Calls {
    /** 1 where calls are counted: a card does not tell. */
    public static final long COUNTED = Boolean.getBoolean("require.cuda") ? 0 : 1;

    private static final String[] WAITS = {
        "cudaStreamSynchronize",
        "cudaDeviceSynchronize",
        "cudaEventSynchronize",
        "cudaMalloc",
        "cudaFree",
        "cudaMallocHost"
    };

    private Calls() {}

    /** Of all these; 0 on a card. */
    public static long of(String... names) {
        String all = " " + Cuda.name(-1);
        return Stream.of(names)
                .mapToLong(name -> {
                    int at = all.indexOf(" " + name + " ");
                    return at < 0
                            ? 0
                            : Long.parseLong(
                                    all.substring(at + name.length() + 2).split(" ")[0]);
                })
                .sum();
    }

    /** Of what waits for the device, or may. */
    public static long waits() {
        return of(WAITS);
    }
}
