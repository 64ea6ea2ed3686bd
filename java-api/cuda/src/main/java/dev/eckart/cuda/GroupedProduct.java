package dev.eckart.cuda;

import dev.eckart.backend.Backend.Product;
import dev.eckart.memory.DType;
import dev.eckart.memory.Precision;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.javacpp.BytePointer;

/**
 * Products of several shapes in one call of cuBLAS (cublasGemmGroupedBatchedEx): those of one shape and the same distances are a group.
 * What describes the groups stands in memory of the host and is read during the call, the addresses of matrices in memory of the device:
 * a kernel puts them there that has them as arguments, so that nothing waits. In a recording each product is a call of its own: a launch
 * costs nothing there, and cuBLAS does not say what of the host's memory a captured call would read again.
 */
final class GroupedProduct {
    /** Addresses that a launch takes along, as in {@code matrix.cuh}. */
    private static final int ADDRESSES = 480;

    private final Gpu gpu;
    private final Blas blas;

    /** One factor 1 for each group, then as many factors 0. */
    private ByteBuffer scalars = ByteBuffer.allocateDirect(0);

    GroupedProduct(Gpu gpu, Blas blas) {
        this.gpu = gpu;
        this.blas = blas;
    }

    /** The addresses of B, A and C of one group, in the order of the call. */
    private static final class Addresses {
        private final List<Long> first = new ArrayList<>();
        private final List<Long> second = new ArrayList<>();
        private final List<Long> result = new ArrayList<>();
    }

    /** Products with no dimension of 0. */
    void multiply(Precision precision, List<Product> products) {
        if (gpu.graph() != null) {
            products.forEach(p -> blas.gemm(precision, 1, p.a(), p.b(), 0, p.c()));
            return;
        }
        if (products.isEmpty()) {
            return;
        }
        Map<Gemm, Addresses> groups = new LinkedHashMap<>();
        for (Product p : products) {
            Gemm all = Gemm.of(p.a().layout(), p.b().layout(), p.c().layout());
            Addresses group = groups.computeIfAbsent(all.single(), key -> new Addresses());
            long bytes = p.c().dtype().bytes();
            for (long i = 0; i < all.batch(); i++) {
                group.first.add(p.b().address() + i * all.strideB() * bytes);
                group.second.add(p.a().address() + i * all.strideA() * bytes);
                group.result.add(p.c().address() + i * all.strideC() * bytes);
            }
        }
        run(precision, products.get(0).c().dtype(), groups);
    }

    private void run(Precision precision, DType dtype, Map<Gemm, Addresses> groups) {
        List<Gemm> shapes = List.copyOf(groups.keySet());
        List<Addresses> parts = List.copyOf(groups.values());
        long[] addresses =
                new long[3 * parts.stream().mapToInt(p -> p.first.size()).sum()];
        int count = addresses.length / 3;
        int at = 0;
        for (Addresses part : parts) {
            for (int i = 0; i < part.first.size(); i++, at++) {
                addresses[at] = part.first.get(i);
                addresses[count + at] = part.second.get(i);
                addresses[2 * count + at] = part.result.get(i);
            }
        }
        boolean single = dtype == DType.F32;
        int type = Blas.real(dtype);
        long ones = scalars(single, shapes.size());
        try (Scratch pointers = new Scratch(gpu, "matmulAll", 8L * addresses.length)) {
            put(addresses, pointers.address());
            Blas.check(
                    "cublasGemmGroupedBatchedEx",
                    cublas.cublasGemmGroupedBatchedEx_64(
                            blas.handle(),
                            shapes.stream()
                                    .mapToInt(g -> g.transposeB() ? Blas.T : Blas.N)
                                    .toArray(),
                            shapes.stream()
                                    .mapToInt(g -> g.transposeA() ? Blas.T : Blas.N)
                                    .toArray(),
                            shapes.stream().mapToLong(Gemm::rows).toArray(),
                            shapes.stream().mapToLong(Gemm::columns).toArray(),
                            shapes.stream().mapToLong(Gemm::inner).toArray(),
                            new Address(ones),
                            new Address(pointers.address()),
                            type,
                            shapes.stream().mapToLong(Gemm::ldb).toArray(),
                            new Address(pointers.address() + 8L * count),
                            type,
                            shapes.stream().mapToLong(Gemm::lda).toArray(),
                            new Address(ones + (long) dtype.bytes() * shapes.size()),
                            new Address(pointers.address() + 16L * count),
                            type,
                            shapes.stream().mapToLong(Gemm::ldc).toArray(),
                            shapes.size(),
                            parts.stream().mapToLong(p -> p.first.size()).toArray(),
                            compute(precision, single, addresses)));
        }
    }

    /**
     * TF32 for BF16 too: the call has no such type. Rounded factors are read 16 bytes at a time (cuBLAS, remark on fast math): where an
     * address does not allow that, nothing is rounded.
     */
    private static int compute(Precision precision, boolean single, long[] addresses) {
        boolean rounds = precision != Precision.FULL;
        for (int i = 0; i < addresses.length && rounds; i++) {
            rounds = addresses[i] % 16 == 0;
        }
        return Blas.compute(single, rounds ? Precision.TF32 : Precision.FULL);
    }

    private void put(long[] addresses, long target) {
        for (int from = 0; from < addresses.length; from += ADDRESSES) {
            int some = Math.min(ADDRESSES, addresses.length - from);
            Arguments arguments = new Arguments().add(some).add(target + 8L * from);
            for (int i = 0; i < some; i++) {
                arguments.add(addresses[from + i]);
            }
            gpu.launch("matrix.cuh ECKART_POINTERS()", "pointers", some, arguments);
        }
    }

    /** Where {@code count} ones stand, and as many zeros behind them. */
    private long scalars(boolean single, int count) {
        int width = single ? Float.BYTES : Double.BYTES;
        if (scalars.capacity() < 2 * width * count) {
            scalars = ByteBuffer.allocateDirect(4 * width * count);
        }
        scalars.order(ByteOrder.nativeOrder());
        for (int i = 0; i < 2 * count; i++) {
            if (single) {
                scalars.putFloat(width * i, i < count ? 1 : 0);
            } else {
                scalars.putDouble(width * i, i < count ? 1 : 0);
            }
        }
        return new BytePointer(scalars).address();
    }
}
