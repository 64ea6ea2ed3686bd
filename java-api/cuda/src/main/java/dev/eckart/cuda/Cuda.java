package dev.eckart.cuda;

import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/** The calls of the CUDA runtime and driver that are used here, each with its status checked. Addresses are longs. */
final class Cuda {
    private static final int OUT_OF_MEMORY = 2;
    static final int COMPUTE_MAJOR = 75;
    static final int COMPUTE_MINOR = 76;
    static final int MULTIPROCESSORS = 16;
    private static final int TO_DEVICE = 1;
    private static final int TO_HOST = 2;
    private static final int NON_BLOCKING = 1;
    private static final int NO_TIMING = 2;
    private static final int THREAD_LOCAL = 1;

    private static final ThreadLocal<Integer> CURRENT = ThreadLocal.withInitial(() -> 0);

    private Cuda() {}

    /** The name of a status of the runtime or the driver, which share their numbers. */
    static String name(int code) {
        BytePointer text = cudart.cudaGetErrorName(code);
        return text == null ? "unknown" : text.getString();
    }

    private static void check(String call, int code) {
        if (code != 0) {
            throw Faults.of(call, code);
        }
    }

    // ---- devices

    /** The device that this thread has set last: CUDA itself does not tell after a fault. */
    static int device() {
        return CURRENT.get();
    }

    static void setDevice(int index) {
        CURRENT.set(index);
        check("cudaSetDevice", cudart.cudaSetDevice(index));
    }

    static String deviceName(int index) {
        byte[] name = new byte[256];
        check("cuDeviceGetName", cudart.cuDeviceGetName(name, name.length, index));
        int length = 0;
        while (length < name.length && name[length] != 0) {
            length++;
        }
        return new String(name, 0, length, java.nio.charset.StandardCharsets.US_ASCII);
    }

    static int attribute(int attribute, int device) {
        int[] value = {0};
        check("cudaDeviceGetAttribute", cudart.cudaDeviceGetAttribute(value, attribute, device));
        return value[0];
    }

    // ---- memory

    /** Bytes that the device has free. */
    static long freeBytes(long scratch) {
        SizeTPointer free = Address.size(scratch);
        check("cudaMemGetInfo", cudart.cudaMemGetInfo(free, Address.size(scratch + 8)));
        return free.get();
    }

    /** Device memory, or 0 when there is not so much. */
    static long allocate(long bytes) {
        Address memory = new Address();
        int code = cudart.cudaMalloc(memory, bytes);
        if (code == OUT_OF_MEMORY) {
            cudart.cudaGetLastError(); // else the next call would report it again
            return 0;
        }
        check("cudaMalloc", code);
        return memory.address();
    }

    /** Waits for the device. */
    static void free(Block block) {
        check("cudaFree", cudart.cudaFree(new Address(block.address())));
    }

    /** Host memory that the device copies from and to without a copy in between. */
    static long allocateHost(long bytes) {
        Address memory = new Address();
        check("cudaMallocHost", cudart.cudaMallocHost(memory, bytes));
        return memory.address();
    }

    /** What it says does not matter: the memory may be that of a lost device. */
    static void freeHost(long address) {
        cudart.cudaFreeHost(new Address(address));
    }

    static void upload(long device, long host, long bytes, CUstream_st stream) {
        check(
                "cudaMemcpyAsync",
                cudart.cudaMemcpyAsync(new Address(device), new Address(host), bytes, TO_DEVICE, stream));
    }

    static void download(long host, long device, long bytes, CUstream_st stream) {
        check(
                "cudaMemcpyAsync",
                cudart.cudaMemcpyAsync(new Address(host), new Address(device), bytes, TO_HOST, stream));
    }

    static void set(long device, int value, long bytes, CUstream_st stream) {
        check("cudaMemsetAsync", cudart.cudaMemsetAsync(new Address(device), value, bytes, stream));
    }

    // ---- streams and events

    static CUstream_st stream() {
        CUstream_st stream = new CUstream_st();
        check("cudaStreamCreateWithFlags", cudart.cudaStreamCreateWithFlags(stream, NON_BLOCKING));
        return stream;
    }

    static void synchronize(CUstream_st stream) {
        check("cudaStreamSynchronize", cudart.cudaStreamSynchronize(stream));
    }

    static CUevent_st event() {
        CUevent_st event = new CUevent_st();
        check("cudaEventCreateWithFlags", cudart.cudaEventCreateWithFlags(event, NO_TIMING));
        return event;
    }

    static void record(CUevent_st event, CUstream_st stream) {
        check("cudaEventRecord", cudart.cudaEventRecord(event, stream));
    }

    static void synchronizeDevice() {
        check("cudaDeviceSynchronize", cudart.cudaDeviceSynchronize());
    }

    /** Lets a stream wait for an event as it was last recorded; the host does not. */
    static void await(CUstream_st stream, CUevent_st event) {
        check("cudaStreamWaitEvent", cudart.cudaStreamWaitEvent(stream, event, 0));
    }

    static void await(CUevent_st event) {
        check("cudaEventSynchronize", cudart.cudaEventSynchronize(event));
    }

    // ---- graphs

    /** Work of the stream is kept from here on, not done; other threads go on with theirs. */
    static void beginCapture(CUstream_st stream) {
        check("cudaStreamBeginCapture", cudart.cudaStreamBeginCapture(stream, THREAD_LOCAL));
    }

    /** Ends it and makes the work ready to be launched. */
    static CUgraphExec_st endCapture(CUstream_st stream) {
        CUgraph_st graph = new CUgraph_st();
        check("cudaStreamEndCapture", cudart.cudaStreamEndCapture(stream, graph));
        CUgraphExec_st made = new CUgraphExec_st();
        int code = cudart.cudaGraphInstantiate(made, graph, 0);
        check("cudaGraphDestroy", cudart.cudaGraphDestroy(graph));
        check("cudaGraphInstantiate", code);
        return made;
    }

    /** Ends a capture that failed, whatever CUDA says of it. */
    static void abandonCapture(CUstream_st stream) {
        CUgraph_st graph = new CUgraph_st();
        if (cudart.cudaStreamEndCapture(stream, graph) == 0) {
            cudart.cudaGraphDestroy(graph);
        }
        cudart.cudaGetLastError();
    }

    static void launch(CUgraphExec_st graph, CUstream_st stream) {
        check("cudaGraphLaunch", cudart.cudaGraphLaunch(graph, stream));
    }

    /** What was launched of it goes on. */
    static void destroy(CUgraphExec_st graph) {
        check("cudaGraphExecDestroy", cudart.cudaGraphExecDestroy(graph));
    }

    // ---- kernels

    static CUmod_st module(byte[] image) {
        CUmod_st module = new CUmod_st();
        try (BytePointer data = new BytePointer(image)) {
            check("cuModuleLoadData", cudart.cuModuleLoadData(module, data));
        }
        return module;
    }

    static CUfunc_st function(CUmod_st module, String name) {
        CUfunc_st function = new CUfunc_st();
        check("cuModuleGetFunction " + name, cudart.cuModuleGetFunction(function, module, name));
        return function;
    }

    /** Starts a kernel whose only parameter is the struct at {@code pointers[0]}. */
    static void launch(String name, CUfunc_st kernel, int blocks, int threads, long pointers, CUstream_st stream) {
        check(
                "cuLaunchKernel " + name,
                cudart.cuLaunchKernel(
                        kernel,
                        blocks,
                        1,
                        1,
                        threads,
                        1,
                        1,
                        0,
                        stream,
                        new PointerPointer<>(new Address(pointers)),
                        (PointerPointer<?>) null));
    }
}
