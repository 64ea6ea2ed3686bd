package dev.eckart.cuda;

import dev.eckart.memory.Device;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.cuda.global.cudart;

/**
 * The devices that are lost to this process: after a fault in a kernel every call of CUDA returns the same error until the process
 * ends (CUDA Runtime API, cudaError). Work is asynchronous, so the operation that sees the fault may come after the one that caused it.
 */
final class Faults {
    /** The errors of which the manual says that the process must be started again, and those of the hardware. */
    private static final Set<Integer> FINAL = Set.of(
            cudart.cudaErrorECCUncorrectable,
            cudart.cudaErrorNvlinkUncorrectable,
            cudart.cudaErrorContained,
            cudart.cudaErrorIllegalAddress,
            cudart.cudaErrorLaunchTimeout,
            cudart.cudaErrorContextIsDestroyed,
            cudart.cudaErrorAssert,
            cudart.cudaErrorHardwareStackError,
            cudart.cudaErrorIllegalInstruction,
            cudart.cudaErrorMisalignedAddress,
            cudart.cudaErrorInvalidAddressSpace,
            cudart.cudaErrorInvalidPc,
            cudart.cudaErrorLaunchFailure,
            cudart.cudaErrorTensorMemoryLeak,
            cudart.cudaErrorExternalDevice);

    /** By device: which operation failed first, and how. */
    private static final Map<Integer, String> LOST = new ConcurrentHashMap<>();

    private Faults() {}

    static boolean isLost(int device) {
        return LOST.containsKey(device);
    }

    /** Refuses work for a lost device. */
    static void check(int device) {
        String first = LOST.get(device);
        if (first != null) {
            throw new IllegalStateException(Device.cuda(device) + " is lost since " + first
                    + "; its tensors are gone; compute on the host (" + Device.cpu()
                    + "), or start the process again");
        }
    }

    /** What to throw after a call of the runtime or the driver failed; marks the device. */
    static CudaException of(String call, int code) {
        return of(call, code, Cuda.name(code), code);
    }

    /** The same of a library with codes of its own: whether it failed for a fault, the device says. */
    static CudaException ofLibrary(String call, int code, String name) {
        return of(call, code, name, cudart.cudaDeviceSynchronize());
    }

    private static CudaException of(String call, int code, String name, int status) {
        int device = Cuda.device();
        if (!FINAL.contains(status)) {
            // Else it stays this thread's last error, which a library takes for that of its own next launch.
            cudart.cudaGetLastError();
            return new CudaException(call, code, name);
        }
        String operation = operation();
        String also = status == code ? "" : ", for the device says " + status + " (" + Cuda.name(status) + ")";
        CudaException failure = new CudaException(
                call,
                code,
                name,
                also + " in " + operation + "; " + Device.cuda(device)
                        + " is lost until this process ends, the host goes on; with CUDA_LAUNCH_BLOCKING=1 the work that failed is named");
        LOST.putIfAbsent(device, operation + " (" + call + ": " + status + ", " + Cuda.name(status) + ")");
        return failure;
    }

    /** The operation of the backend that is under way; of work that is recorded, what it asks for. */
    static String operation() {
        return StackWalker.getInstance()
                .walk(frames -> frames.filter(f -> f.getClassName().equals(CudaBackend.class.getName()))
                        .map(StackWalker.StackFrame::getMethodName)
                        .filter(name -> !name.contains("$") && !name.equals("record"))
                        .reduce((inner, outer) -> outer)
                        .orElse("close"));
    }
}
