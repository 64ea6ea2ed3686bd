package dev.eckart.benchmarks;

import dev.eckart.io.NpyOperator;
import dev.eckart.linalg.LinearOperator;
import dev.eckart.linalg.Svd;
import dev.eckart.linalg.TruncatedSvd;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalDouble;

/**
 * The leading triplets of a {@code .npy} that stays in its file, and what they are measured by: how long it takes to read the file
 * once, and how fast products are.
 */
public final class OutOfCore {
    private OutOfCore() {}

    /** Arguments: {@code rates FILE} prints seconds of a read and flops a second; {@code svd FILE RANK} seconds, passes, flops, residual. */
    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[1]);
        if (args[0].equals("rates")) {
            System.out.println(read(file) + "\t" + rate());
            return;
        }
        long start = System.nanoTime();
        NpyOperator operator = NpyOperator.open(file);
        Counting counting = new Counting(operator);
        try (Svd svd = TruncatedSvd.rank(Long.parseLong(args[2])).of(counting)) {
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.println(seconds + "\t" + operator.passes() + "\t" + counting.done + "\t"
                    + svd.certificate().relativeResidual());
        }
    }

    /** Seconds of a sequential read by one thread; the second of two, so that the file stands in the page cache if it fits there. */
    private static double read(Path file) throws IOException {
        ByteBuffer block = ByteBuffer.allocateDirect(16 << 20);
        double seconds = 0;
        for (int i = 0; i < 2; i++) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                long start = System.nanoTime();
                for (int count = 0; count >= 0; block.clear()) {
                    count = channel.read(block);
                }
                seconds = (System.nanoTime() - start) / 1e9;
            }
        }
        return seconds;
    }

    private static double rate() {
        double best = 0;
        try (Tensor a = Tensor.uniform(DType.F64, 1, 2000, 2000)) {
            for (int i = 0; i < 5; i++) {
                long start = System.nanoTime();
                a.matmul(a).close();
                best = Math.max(best, 2.0 * 2000 * 2000 * 2000 / ((System.nanoTime() - start) / 1e9));
            }
        }
        return best;
    }

    /** Counts the operations of the products. */
    private static final class Counting implements LinearOperator {
        private final NpyOperator a;
        private double done;

        Counting(NpyOperator a) {
            this.a = a;
        }

        private void count(double products) {
            done += products * a.flops();
        }

        @Override
        public long rows() {
            return a.rows();
        }

        @Override
        public long columns() {
            return a.columns();
        }

        @Override
        public DType dtype() {
            return a.dtype();
        }

        @Override
        public Device device() {
            return a.device();
        }

        @Override
        public boolean isStreamed() {
            return true;
        }

        @Override
        public Tensor multiply(Tensor x) {
            count(x.dim(1));
            return a.multiply(x);
        }

        @Override
        public Tensor multiplyTransposed(Tensor y) {
            count(y.dim(1));
            return a.multiplyTransposed(y);
        }

        @Override
        public Tensor gram(Tensor x) {
            count(2.0 * x.dim(1));
            return a.gram(x);
        }

        @Override
        public OptionalDouble frobeniusNorm() {
            return a.frobeniusNorm();
        }
    }
}
