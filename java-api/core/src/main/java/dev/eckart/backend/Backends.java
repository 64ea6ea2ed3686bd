package dev.eckart.backend;

import dev.eckart.backend.cpu.CpuBackend;
import dev.eckart.memory.Device;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** The one place that looks backends up. Keeps why one is unavailable. Thread-safe. */
public final class Backends {
    private Backends() {}

    /** What {@code eckart-cuda} provides: one backend for each GPU, or the reason why there is none. */
    public interface Provider {
        /** The kind of device. */
        Device.Kind kind();

        /**
         * The backends, never empty.
         *
         * @throws UnavailableException with the whole reason and the remedy
         */
        List<Backend> open() throws UnavailableException;
    }

    /** Why a kind of device can't be used here. */
    public static final class UnavailableException extends Exception {
        private static final long serialVersionUID = 1;

        /** The whole reason, with the remedy. */
        public UnavailableException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private static final class Holder {
        static final Map<Device, Backend> FOUND = new LinkedHashMap<>();
        static final Map<Device.Kind, String> MISSING = new LinkedHashMap<>();

        static {
            Versions.conflict(Backends.class.getClassLoader())
                    .ifPresentOrElse(
                            line -> List.of(Device.Kind.values()).forEach(kind -> MISSING.put(kind, line)),
                            Holder::open);
        }

        private static void open() {
            try {
                Backend cpu = new CpuBackend();
                FOUND.put(cpu.device(), cpu);
            } catch (LinkageError | RuntimeException e) {
                MISSING.put(Device.Kind.CPU, NativeFailure.explain(e));
            }
            MISSING.put(
                    Device.Kind.CUDA, "eckart-cuda is not on the class path; add the artifact dev.eckart:eckart-cuda");
            try {
                for (Provider provider : ServiceLoader.load(Provider.class, Backends.class.getClassLoader())) {
                    try {
                        provider.open().forEach(b -> FOUND.put(b.device(), b));
                        MISSING.remove(provider.kind());
                    } catch (UnavailableException | LinkageError | RuntimeException e) {
                        MISSING.put(provider.kind(), String.valueOf(e.getMessage()));
                    }
                }
            } catch (ServiceConfigurationError e) {
                MISSING.put(Device.Kind.CUDA, String.valueOf(e.getMessage()));
            }
        }
    }

    /**
     * The backend of a device.
     *
     * @throws IllegalStateException with the whole reason when there is none
     */
    public static Backend of(Device device) {
        Backend found = Holder.FOUND.get(device);
        if (found == null) {
            String why = Holder.MISSING.get(device.kind());
            throw new IllegalStateException("device " + device + " is not available: "
                    + (why != null ? why : "there are " + available().size() + " devices: " + available()));
        }
        return found;
    }

    /** The devices that work, best first. */
    public static List<Device> available() {
        List<Device> devices = new ArrayList<>(Holder.FOUND.keySet());
        devices.sort((a, b) -> b.kind().compareTo(a.kind()));
        return List.copyOf(devices);
    }

    /** The kinds that do not work, each with its reason and remedy. */
    public static Map<Device.Kind, String> missing() {
        return Map.copyOf(Holder.MISSING);
    }
}
