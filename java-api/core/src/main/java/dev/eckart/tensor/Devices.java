package dev.eckart.tensor;

import dev.eckart.backend.Backends;
import dev.eckart.memory.Device;
import java.util.List;
import java.util.Map;

/** Which devices there are, and why others are missing. Thread-safe. */
public final class Devices {
    private Devices() {}

    /** The devices that work here, best first. */
    public static List<Device> available() {
        return Backends.available();
    }

    /**
     * The first of {@link #available}.
     *
     * @throws IllegalStateException with the whole reason when there is none
     */
    public static Device best() {
        List<Device> all = available();
        return all.isEmpty() ? Backends.of(Device.cpu()).device() : all.get(0);
    }

    /** The kinds of device that do not work here, each with the whole reason and the remedy. */
    public static Map<Device.Kind, String> missing() {
        return Backends.missing();
    }

    /** One line: hardware, kernels, libraries. */
    public static String describe(Device device) {
        return Backends.of(device).describe();
    }

    /** Bytes that may still be allocated on a device. */
    public static long available(Device device) {
        return Backends.of(device).available();
    }
}
