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
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerPointer;

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

    /** Of {@link Groups}, kept for the next call. */
    private ByteBuffer block = ByteBuffer.allocateDirect(0);

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
        int type = Blas.real(dtype);
        Groups host = new Groups(shapes.size(), dtype);
        for (int i = 0; i < shapes.size(); i++) {
            host.put(i, shapes.get(i), parts.get(i).first.size());
        }
        try (Scratch pointers = new Scratch(gpu, "matmulAll", 8L * addresses.length)) {
            put(addresses, pointers.address());
            Blas.check(
                    "cublasGemmGroupedBatchedEx",
                    cublas.cublasGemmGroupedBatchedEx_64(
                            blas.handle(),
                            host.ints(0),
                            host.ints(1),
                            host.longs(0),
                            host.longs(1),
                            host.longs(2),
                            new Address(host.scalars()),
                            list(pointers.address()),
                            type,
                            host.longs(3),
                            list(pointers.address() + 8L * count),
                            type,
                            host.longs(4),
                            new Address(host.scalars() + (long) dtype.bytes() * shapes.size()),
                            list(pointers.address() + 16L * count),
                            type,
                            host.longs(5),
                            shapes.size(),
                            host.longs(6),
                            compute(precision, dtype == DType.F32, addresses)));
        }
    }

    private static PointerPointer<?> list(long address) {
        return new PointerPointer<>(new Address(address));
    }

    /** What describes groups, each as its property's column: seven of numbers, two of operations; then their factors 1, and 0. */
    private final class Groups {
        private final int count;
        private final DType dtype;
        private final long address;

        Groups(int count, DType dtype) {
            this.count = count;
            this.dtype = dtype;
            int bytes = count * (7 * Long.BYTES + 2 * Integer.BYTES + 2 * Double.BYTES);
            if (block.capacity() < bytes) {
                block = ByteBuffer.allocateDirect(2 * bytes).order(ByteOrder.nativeOrder());
            }
            address = new BytePointer(block).address();
        }

        /** B comes first, as {@link Gemm} has it. */
        void put(int i, Gemm g, long size) {
            long[] numbers = {g.rows(), g.columns(), g.inner(), g.ldb(), g.lda(), g.ldc(), size};
            for (int p = 0; p < numbers.length; p++) {
                block.putLong(Long.BYTES * (p * count + i), numbers[p]);
            }
            block.putInt((int) (ints(0).address() - address) + Integer.BYTES * i, g.transposeB() ? Blas.T : Blas.N);
            block.putInt((int) (ints(1).address() - address) + Integer.BYTES * i, g.transposeA() ? Blas.T : Blas.N);
            int at = (int) (scalars() - address);
            if (dtype == DType.F32) {
                block.putFloat(at + Float.BYTES * i, 1).putFloat(at + Float.BYTES * (count + i), 0);
            } else {
                block.putDouble(at + Double.BYTES * i, 1).putDouble(at + Double.BYTES * (count + i), 0);
            }
        }

        LongPointer longs(int property) {
            return new LongPointer(new Address(address + (long) Long.BYTES * property * count));
        }

        IntPointer ints(int operation) {
            return Address.i32(address + (7L * Long.BYTES + (long) Integer.BYTES * operation) * count);
        }

        long scalars() {
            return address + (7L * Long.BYTES + 2L * Integer.BYTES) * count;
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
}
