package dev.eckart.io;

/** IEEE 754 binary16, which Java has no type for. */
final class Half {
    private Half() {}

    /** The number whose bits are {@code half}, exactly. */
    static float toFloat(short half) {
        int exponent = half >> 10 & 0x1F;
        int fraction = half & 0x3FF;
        int sign = (half & 0x8000) << 16;
        if (exponent == 0) {
            // Subnormal: fraction · 2^-24.
            return Float.intBitsToFloat(sign | Float.floatToRawIntBits(fraction * 0x1p-24f));
        }
        int wide = exponent == 31 ? 0xFF : exponent - 15 + 127;
        return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
    }
}
