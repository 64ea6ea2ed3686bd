package dev.eckart.memory;

/** A request was refused because it would not fit in memory. Nothing was allocated for it. */
public final class MemoryLimitException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long needed;
    private final long available;

    /**
     * @param operation what was asked for
     * @param needed bytes it takes
     * @param available bytes there are
     * @param remedy what would fit, or how to raise the limit
     */
    public MemoryLimitException(String operation, long needed, long available, String remedy) {
        super(operation + ": needs " + Bytes.text(needed) + ", available are " + Bytes.text(available) + "; " + remedy);
        this.needed = needed;
        this.available = available;
    }

    /** Bytes the request takes. */
    public long needed() {
        return needed;
    }

    /** Bytes there were. */
    public long available() {
        return available;
    }
}
