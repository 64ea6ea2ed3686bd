package dev.eckart.backend;

import dev.eckart.backend.cpu.CpuBackend;
import dev.eckart.memory.Device;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * The one place that looks backends up. Keeps why one is unavailable. The host's is opened without the others: what works on the CPU
 * alone never waits for a GPU to be looked for. Thread-safe.
 */
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

    private static final class Host {
        /** Why nothing is opened at all, or null. */
        static final String CONFLICT =
                Versions.conflict(Backends.class.getClassLoader()).orElse(null);

        static final Backend CPU;
        static final String MISSING;

        static {
            Backend cpu = null;
            String missing = CONFLICT;
            if (CONFLICT == null) {
                try {
                    cpu = new CpuBackend();
                } catch (LinkageError | RuntimeException e) {
                    missing = NativeFailure.explain(e);
                }
            }
            CPU = cpu;
            MISSING = missing;
        }
    }

    private static final class Others {
        static final Map<Device, Backend> FOUND = new LinkedHashMap<>();
        static final Map<Device.Kind, String> MISSING = new LinkedHashMap<>();

        static {
            if (Host.CONFLICT != null) {
                MISSING.put(Device.Kind.CUDA, Host.CONFLICT);
            } else {
                open();
            }
        }

        private static void open() {
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
        boolean host = device.kind() == Device.Kind.CPU;
        Backend found = host ? Host.CPU : Others.FOUND.get(device);
        if (found == null) {
            String why = host ? Host.MISSING : Others.MISSING.get(device.kind());
            throw new IllegalStateException("device " + device + " is not available: "
                    + (why != null ? why : "there are " + available().size() + " devices: " + available()));
        }
        return found;
    }

    /** Eckart's version; none where its classes are in a folder instead of a jar. */
    public static Optional<String> version() {
        return Optional.ofNullable(Backends.class.getResource("Backends.class")).flatMap(Versions::ofJarOf);
    }

    /** The devices that work, best first. */
    public static List<Device> available() {
        List<Device> devices = new ArrayList<>(Others.FOUND.keySet());
        if (Host.CPU != null) {
            devices.add(Host.CPU.device());
        }
        devices.sort((a, b) -> b.kind().compareTo(a.kind()));
        return List.copyOf(devices);
    }

    /** The kinds that do not work, each with its reason and remedy. */
    public static Map<Device.Kind, String> missing() {
        Map<Device.Kind, String> missing = new EnumMap<>(Device.Kind.class);
        missing.putAll(Others.MISSING);
        if (Host.MISSING != null) {
            missing.put(Device.Kind.CPU, Host.MISSING);
        }
        return missing;
    }
}
