package dev.eckart.cli;

import dev.eckart.linalg.SvdPlan;
import dev.eckart.memory.Device;

/** What the demo tells of one data set: computed by {@link #run}, then shown. Needs an open scope, to which its tensors belong. */
public interface Story {
    /** What the main decomposition will take, and why. */
    SvdPlan explain();

    /** Computes everything. */
    void run(Progress progress);

    /** The page. */
    String page();

    /** The numbers of the page. */
    Report report(Device device);
}
