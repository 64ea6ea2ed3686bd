package dev.eckart.embedding;

import java.util.Arrays;

/** An array of ints that grows. */
final class IntList {
    private int[] elements = new int[64];
    private int size;

    void add(int element) {
        if (size == elements.length) {
            if (size > Integer.MAX_VALUE - 64) {
                throw new IllegalArgumentException("more than 2^31 entries; split the input");
            }
            elements = Arrays.copyOf(elements, (int) Math.min(Integer.MAX_VALUE - 8L, 2L * size));
        }
        elements[size++] = element;
    }

    int size() {
        return size;
    }

    int get(int i) {
        return elements[i];
    }

    void increment(int i) {
        elements[i]++;
    }

    int[] toArray() {
        return Arrays.copyOf(elements, size);
    }
}
