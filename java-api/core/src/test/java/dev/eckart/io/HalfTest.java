package dev.eckart.io;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HalfTest {
    /** (−1)^sign · 2^(exponent−15) · (1 + fraction/1024); exponent 0: 2^−14 · fraction/1024; 31: infinity or NaN. */
    @Test
    void should_follow_the_definition_for_every_bit_pattern() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            int exponent = bits >> 10 & 31;
            double fraction = (bits & 1023) / 1024.0;
            double magnitude = exponent == 0 ? Math.scalb(fraction, -14) : Math.scalb(1 + fraction, exponent - 15);
            if (exponent == 31) {
                magnitude = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
            }
            Double expected = bits >> 15 == 1 ? -magnitude : magnitude;
            assertThat(Double.valueOf(Half.toFloat((short) bits)))
                    .as("bits %x", bits)
                    .isEqualTo(expected);
        }
    }
}
