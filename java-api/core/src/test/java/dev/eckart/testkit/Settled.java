package dev.eckart.testkit;

import dev.eckart.memory.MemoryBudget;

/** Makes exact statements about the memory in use possible. */
public final class Settled {
    private Settled() {}

    /** {@link MemoryBudget#used} once the collector has found what earlier tests left behind. */
    public static long memoryInUse() throws InterruptedException {
        long used = MemoryBudget.used();
        for (int same = 0; same < 3; ) {
            System.gc();
            Thread.sleep(5);
            same = MemoryBudget.used() == used ? same + 1 : 0;
            used = MemoryBudget.used();
        }
        return used;
    }
}
