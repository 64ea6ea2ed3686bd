package dev.eckart.cuda;

import dev.eckart.memory.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** What is measured, the most important first: when time is up, the rest is left. */
final class GpuCases {
    private static final List<DType> TYPES = List.of(DType.F32, DType.F64);

    /** To what the factors of F32 products are rounded. */
    private static final List<String> ROUNDED = List.of("", "TF32", "BF16");

    private static final long[][] BATCHES = {
        {1024, 64, 64, 64},
        {256, 128, 128, 128},
        {4096, 16, 16, 16},
        {64, 256, 64, 256},
        {512, 256, 64, 64},
        {64, 1024, 1024, 1024}
    };

    private GpuCases() {}

    /** Those that a goal is set for, and what the limits are taken from; what takes PyTorch longest comes last. */
    static List<GpuCase> goals(long scale) {
        List<GpuCase> all = new ArrayList<>();
        for (DType type : TYPES) {
            all.add(GpuCase.of("copy", type, 1 << 28));
            all.add(GpuCase.of("matmul", type, 8192, 8192, 8192));
            all.add(GpuCase.of("matmul", type, 4096, 4096, 4096));
        }
        for (String how : ROUNDED.subList(1, 3)) {
            all.add(GpuCase.of("matmul", how, DType.F32, 4096, 4096, 4096));
        }
        for (String how : ROUNDED) {
            for (long[] batch : BATCHES) {
                all.add(GpuCase.of("bmm", how, DType.F32, batch));
            }
        }
        all.add(GpuCase.of("steps", "recorded", DType.F32, 64));
        all.add(GpuCase.of("steps", DType.F32, 64));
        all.add(GpuCase.of("svd", DType.F32, 10000, 32, 32));
        for (DType type : TYPES) {
            all.add(GpuCase.of("svd", type, 1024, 1024));
            all.add(GpuCase.of("truncated", type, 200000, 4096, 64));
        }
        for (String how : List.of("", "pinned")) {
            all.add(GpuCase.of("upload", how, DType.F32, 1 << 26));
            all.add(GpuCase.of("download", how, DType.F32, 1 << 26));
        }
        for (String how : ROUNDED) {
            all.add(GpuCase.of("linear", how, DType.F32, 4096, 4096, 4096));
            for (long[] batch : BATCHES) {
                all.add(GpuCase.of("linear", how, DType.F32, batch));
            }
        }
        for (long exponent : new long[] {1, 3, 6}) {
            all.add(GpuCase.of("svd-condition", DType.F32, 1000000, 256, exponent));
        }
        for (DType type : TYPES) {
            all.add(GpuCase.of("svd", type, 4096, 4096));
        }
        return smaller(all, scale);
    }

    /** From sizes for which the host is faster to those for which it is not, on both. */
    static List<GpuCase> ladder(long scale) {
        List<GpuCase> all = new ArrayList<>();
        for (DType type : TYPES) {
            for (long n : new long[] {64, 128, 256, 512, 1024, 2048, 4096}) {
                all.add(GpuCase.of("matmul", type, n, n, n));
            }
            for (long n : new long[] {32, 64, 128, 256, 512, 1024}) {
                all.add(GpuCase.of("svd", type, n, n));
            }
            for (long n : new long[] {8, 64, 512, 4096}) {
                all.add(GpuCase.of("svd", type, n, 32, 32));
            }
            for (long n : new long[] {500, 2000, 8000, 32000}) {
                all.add(GpuCase.of("truncated", type, n, Math.min(n, 2000), 50));
            }
            for (String op : List.of("copy", "exp", "sum")) {
                for (long n : new long[] {1 << 10, 1 << 13, 1 << 16, 1 << 20, 1 << 24}) {
                    all.add(GpuCase.of(op, type, n));
                }
            }
        }
        return smaller(all, scale);
    }

    private static List<GpuCase> smaller(List<GpuCase> all, long scale) {
        return all.stream()
                .map(each -> scale == 1 ? each : smaller(each, scale))
                .collect(Collectors.toList());
    }

    /** Not below what the operation still makes sense for; the sizes of a ladder stay apart. */
    private static GpuCase smaller(GpuCase what, long scale) {
        long[] sizes = what.sizes().clone();
        int last = what.op().equals("svd-condition") ? sizes.length - 1 : sizes.length;
        for (int i = 0; i < last; i++) {
            sizes[i] = Math.max(sizes[i] < 4 ? sizes[i] : 4, sizes[i] / scale);
        }
        if (what.op().equals("truncated")) {
            sizes[0] = Math.min(sizes[0], 1024);
            sizes[2] = Math.max(1, Math.min(sizes[0], sizes[1]) / 8);
        }
        if (Arrays.asList("copy", "upload", "download").contains(what.op())) {
            sizes[0] = Math.min(sizes[0], 1 << 16);
        }
        GpuCase made = GpuCase.of(what.op(), what.how(), what.dtype(), sizes);
        // In the way of its full size.
        return what.op().equals("linear")
                ? new GpuCase(what.op(), what.how(), what.dtype(), what.flops(), made.bytes(), sizes)
                : made;
    }
}
