package dev.eckart.memory;

/** Element type of a tensor. The order is that of {@code eckart.h}. */
public enum DType {
    /** IEEE 754 binary64. */
    F64(8, "f64"),
    /** IEEE 754 binary32. */
    F32(4, "f32"),
    /** bfloat16: the upper half of a binary32. */
    BF16(2, "bf16"),
    /** Signed 64-bit integer. */
    I64(8, "i64"),
    /** Signed 32-bit integer. */
    I32(4, "i32"),
    /** Unsigned byte. */
    U8(1, "u8");

    private final int bytes;
    private final String label;

    DType(int bytes, String label) {
        this.bytes = bytes;
        this.label = label;
    }

    /** Bytes per element. */
    public int bytes() {
        return bytes;
    }

    /** Whether elements are floating-point numbers. */
    public boolean isFloating() {
        return this == F64 || this == F32 || this == BF16;
    }

    /**
     * The distance from 1 to the next larger number (LAPACK's {@code ulp}).
     *
     * @throws IllegalArgumentException for an integer type
     */
    public double epsilon() {
        return switch (this) {
            case F64 -> 0x1p-52;
            case F32 -> 0x1p-23;
            case BF16 -> 0x1p-7;
            default -> throw new IllegalArgumentException("epsilon: " + this + " is not a floating-point type");
        };
    }

    /** The short name: {@code f64}, {@code f32}, … */
    @Override
    public String toString() {
        return label;
    }
}
