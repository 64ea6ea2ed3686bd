package dev.eckart.benchmarks;

import dev.eckart.linalg.Svd;
import dev.eckart.memory.DType;
import dev.eckart.memory.Threads;
import dev.eckart.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * Many threads that call at the same time, driven line by line over standard input: {@code OPERATION CALLERS THREADS SECONDS}, with
 * OPERATION {@code svd} (300×300) or {@code matmul} (512×512), both f64, and THREADS what each call may use. Answers each with the
 * operations per second of all callers together.
 */
public final class Callers {
    private final Tensor square = Tensor.normal(DType.F64, 1, 300, 300);
    private final Tensor left = Tensor.normal(DType.F64, 2, 512, 512);
    private final Tensor right = Tensor.normal(DType.F64, 3, 512, 512);

    private Callers() {}

    /** Serves until standard input ends. */
    public static void main(String[] args) throws IOException, InterruptedException, ExecutionException {
        Callers callers = new Callers();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] fields = line.split(" ");
            Runnable operation = fields[0].equals("svd") ? callers::svd : callers::matmul;
            System.out.println(rate(
                    operation,
                    Integer.parseInt(fields[1]),
                    Integer.parseInt(fields[2]),
                    Double.parseDouble(fields[3])));
            System.out.flush();
        }
    }

    private void svd() {
        Svd.of(square).close();
    }

    private void matmul() {
        left.matmul(right).close();
    }

    private static double rate(Runnable operation, int callers, int threads, double seconds)
            throws InterruptedException, ExecutionException {
        ExecutorService pool = Executors.newFixedThreadPool(callers);
        try {
            long start = System.nanoTime();
            long end = start + (long) (seconds * 1e9);
            Callable<Long> caller = () -> {
                try (Threads t = Threads.use(threads)) {
                    long done = 0;
                    for (; System.nanoTime() < end; done++) {
                        operation.run();
                    }
                    return done;
                }
            };
            long done = 0;
            for (Future<Long> each : pool.invokeAll(
                    IntStream.range(0, callers).mapToObj(i -> caller).toList())) {
                done += each.get();
            }
            return done / ((System.nanoTime() - start) / 1e9);
        } finally {
            pool.shutdown();
        }
    }
}
