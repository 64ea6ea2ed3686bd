package dev.eckart.cuda;

import dev.eckart.backend.ScanOp;
import dev.eckart.backend.View;
import dev.eckart.memory.DType;

/**
 * Pairs (key, place) on the device, and their stable sorting: {@code sort.cuh}. Kernels make the pairs at {@link #address}; both parts
 * are 8 bytes wide, or 4.
 */
final class Entries implements AutoCloseable {
    /** As in {@code sort.cuh}. */
    private static final int DIGIT_BITS = 6;

    private static final int THREADS = 128;
    private static final long TILE = THREADS * 32;

    private final Gpu gpu;
    private final String operation;
    private final long count;
    private final boolean wide;
    private Scratch now;
    private Scratch other;

    /** For pairs whose numbers are all below {@code bound}. */
    Entries(Gpu gpu, String operation, long count, long bound) {
        this.gpu = gpu;
        this.operation = operation;
        this.count = count;
        this.wide = Math.max(bound, count) > 1L << 32;
        now = new Scratch(gpu, operation, count * (wide ? 16 : 8));
        try {
            other = new Scratch(gpu, operation, count * (wide ? 16 : 8));
        } catch (RuntimeException | Error e) {
            now.close();
            throw e;
        }
    }

    /** The bits of numbers below {@code bound}. */
    static int bits(long bound) {
        return bound <= 1 ? 0 : 64 - Long.numberOfLeadingZeros(bound - 1);
    }

    /** The type of keys and places in the kernels' sources. */
    String type() {
        return wide ? "u64" : "u32";
    }

    long address() {
        return now.address();
    }

    /** Sorts by the lowest {@code bits} of the keys; or of place / row, for a {@code row} that is not 0. */
    void sort(int bits, long row) {
        long tiles = (count + TILE - 1) / TILE;
        if (tiles == 0 || bits == 0) {
            return;
        }
        String module = "sort.cuh ECKART_SORT(" + type() + ")";
        Lanes lanes = new Lanes(gpu);
        try (Scratch counts = new Scratch(gpu, operation, 8 * tiles << DIGIT_BITS)) {
            View all = counts.view(DType.I64, 1, tiles << DIGIT_BITS, 1);
            for (int shift = 0; shift < bits; shift += DIGIT_BITS) {
                Arguments arguments = new Arguments()
                        .add(now.address())
                        .add(other.address())
                        .add(counts.address())
                        .add(count)
                        .add(tiles)
                        .add(shift)
                        .add(row);
                gpu.launchBlocks(module, "histogram", tiles, THREADS, arguments);
                lanes.scan(ScanOp.SUM, all, all);
                gpu.launchBlocks(module, "distribute", tiles, THREADS, arguments);
                Scratch sorted = other;
                other = now;
                now = sorted;
            }
        }
    }

    @Override
    public void close() {
        now.close();
        other.close();
    }
}
