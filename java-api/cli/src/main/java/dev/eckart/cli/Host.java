package dev.eckart.cli;

import dev.eckart.memory.Device;

/** Commands on sparse matrices, which lie on the host. */
public final class Host {
    private Host() {}

    /** Refuses a device that was asked for by name and is not the host. */
    public static Device require(GlobalOptions options, Session session) {
        if (!options.anyDevice() && session.device().kind() != Device.Kind.CPU) {
            throw new UsageException("--device " + session.device() + ": " + options.command()
                    + " works on a sparse matrix, which the CPU alone takes; leave the option out");
        }
        return Device.cpu();
    }
}
