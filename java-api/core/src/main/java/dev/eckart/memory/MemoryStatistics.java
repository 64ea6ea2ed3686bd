package dev.eckart.memory;

/**
 * The memory that Eckart's tensors take on a device.
 *
 * @param used bytes in use now, workspaces of running calls included
 * @param peak the most bytes in use at any one time, as {@link MemoryBudget#peak}
 * @param kept bytes that were freed and are kept for the next tensor of their size
 * @param allocations how often memory was asked for since the start
 * @param reused how often kept memory served
 */
public record MemoryStatistics(long used, long peak, long kept, long allocations, long reused) {
    /** How often the system was asked for memory. */
    public long fromSystem() {
        return allocations - reused;
    }
}
