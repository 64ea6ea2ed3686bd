package dev.eckart.benchmarks.jmh;

import dev.eckart.memory.Buffer;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Memory: allocated and freed, filled from Java, read back; on a GPU the way across the bus. */
public class TransferBenchmark extends DeviceBenchmark {
    /** Number of f32 elements. */
    @Param({"1000", "10000000"})
    public int elements;

    private ByteBuffer host;
    private ByteBuffer back;
    private Tensor target;

    @Override
    protected void prepare() {
        host = ByteBuffer.allocateDirect(4 * elements).order(ByteOrder.nativeOrder());
        back = ByteBuffer.allocateDirect(4 * elements).order(ByteOrder.nativeOrder());
        for (int i = 0; i < elements; i++) {
            host.putFloat(4 * i, i);
        }
        target = empty(DType.F32, elements);
        backend.upload(
                host.duplicate().order(ByteOrder.nativeOrder()), target.view().buffer(), 0);
        done();
    }

    @Override
    protected void check(String method) {
        if (method.equals("upload")) {
            target.fill(0);
            upload();
        }
        Inputs.requireElements("upload", target, i -> i);
        if (method.equals("download") && back.getFloat(4 * (elements - 1)) != elements - 1) {
            throw new IllegalStateException("download: the last element is " + back.getFloat(4 * (elements - 1)));
        }
    }

    /** Allocated and freed; nothing is written. */
    @Benchmark
    public long allocate() {
        Buffer buffer = backend.allocate(4L * elements);
        buffer.release();
        return buffer.bytes();
    }

    /** Java to device. */
    @Benchmark
    public void upload() {
        backend.upload(
                host.duplicate().order(ByteOrder.nativeOrder()), target.view().buffer(), 0);
        done();
    }

    /** Device to Java. */
    @Benchmark
    public void download() {
        backend.download(target.view().buffer(), 0, back.duplicate().order(ByteOrder.nativeOrder()));
    }
}
