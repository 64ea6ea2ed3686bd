package dev.eckart.cuda;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The struct that a kernel takes: fields of 8 bytes in the order in which the sources declare them. */
final class Arguments {
    private long[] fields = new long[32];
    private int count;

    Arguments add(long value) {
        if (count == fields.length) {
            fields = Arrays.copyOf(fields, 2 * count);
        }
        fields[count++] = value;
        return this;
    }

    Arguments add(double value) {
        return add(Double.doubleToRawLongBits(value));
    }

    /** {@code values}, and zeros up to {@code length} fields. */
    Arguments add(long[] values, int length) {
        for (int i = 0; i < length; i++) {
            add(i < values.length ? values[i] : 0);
        }
        return this;
    }

    void write(ByteBuffer block, int at) {
        for (int i = 0; i < count; i++) {
            block.putLong(at + 8 * i, fields[i]);
        }
    }
}
