package dev.eckart.backend;

/** Philox4x32-10 (Salmon et al., SC 2011, section 4.3) and the numbers drawn from it, by the definitions in philox.h. */
final class PhiloxReference {
    private PhiloxReference() {}

    /** The four words of a block, each in a long. */
    static long[] block(long[] counter, long key0, long key1) {
        long[] c = counter.clone();
        for (int round = 0; round < 10; round++) {
            long p0 = 0xD2511F53L * c[0];
            long p1 = 0xCD9E8D57L * c[2];
            long k0 = key0 + round * 0x9E3779B9L;
            long k1 = key1 + round * 0xBB67AE85L;
            c = new long[] {
                word((p1 >>> 32) ^ c[1] ^ k0), word(p1), word((p0 >>> 32) ^ c[3] ^ k1), word(p0),
            };
        }
        return c;
    }

    private static long word(long x) {
        return x & 0xFFFFFFFFL;
    }

    private static long[] words(long seed, long stream, long block) {
        return block(new long[] {word(block), block >>> 32, word(stream), stream >>> 32}, word(seed), seed >>> 32);
    }

    private static double unit53(long first, long second) {
        return ((first >>> 11) + (second << 21)) * 0x1p-53;
    }

    /** Element {@code i} on [0, 1). */
    static double uniform(boolean f32, long seed, long stream, long i) {
        if (f32) {
            return (words(seed, stream, i >>> 2)[(int) (i & 3)] >>> 8) * 0x1p-24;
        }
        long[] w = words(seed, stream, i >>> 1);
        int half = 2 * (int) (i & 1);
        return unit53(w[half], w[half + 1]);
    }

    /** Element {@code i} of mean 0 and deviation 1: Box and Muller 1958. */
    static double normal(boolean f32, long seed, long stream, long i) {
        long[] w = words(seed, stream, i >>> (f32 ? 2 : 1));
        int half = f32 ? (int) (i & 2) : 0;
        // The 32 bits are rounded to F32: an element's bits are defined there.
        double radiusDraw = f32 ? (float) ((w[half] + 1) * 0x1p-32) : 1 - unit53(w[0], w[1]);
        double turn = f32 ? (w[half + 1] >>> 8) * 0x1p-24 : unit53(w[2], w[3]);
        double radius = Math.sqrt(-2 * StrictMath.log(radiusDraw));
        // sin(2 pi turn), or cos as the sine of a quarter more; reduced exactly to |x| <= 1/4, where sin keeps its
        // relative precision.
        boolean odd = (i & 1) != 0;
        double quarters = Math.rint(turn * 4);
        double rest = (turn - quarters / 4) * 2 * Math.PI;
        int quadrant = ((int) quarters + (odd ? 0 : 1)) & 3;
        double wave = (quadrant & 1) == 0 ? StrictMath.sin(rest) : StrictMath.cos(rest);
        return radius * (quadrant >= 2 ? -wave : wave);
    }

    /** Element {@code i} on [a, b). */
    static long integer(long a, long b, long seed, long stream, long i) {
        long[] w = words(seed, stream, i >>> 1);
        int half = 2 * (int) (i & 1);
        return a + unsignedMultiplyHigh(w[half] | w[half + 1] << 32, b - a);
    }

    private static long unsignedMultiplyHigh(long x, long y) {
        return Math.multiplyHigh(x, y) + (x < 0 ? y : 0) + (y < 0 ? x : 0);
    }
}
