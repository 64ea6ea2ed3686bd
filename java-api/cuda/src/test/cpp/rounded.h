// Factors of products as the units of a card take them.
#pragma once
#include <cstdint>
#include <cstring>
#include <vector>

// A matrix without its last bits, to nearest; close together
template <class T> std::vector<T> roundedTo(int bits, const T *from, int64_t rows, int64_t columns, int64_t ld) {
    std::vector<T> out;
    for (int64_t j = 0; j < columns; j++)
        for (int64_t i = 0; i < rows; i++) {
            float x = float(from[j * ld + i]);
            uint32_t word;
            memcpy(&word, &x, 4);
            if (bits > 0) word = (word + (1u << (bits - 1))) >> bits << bits;
            memcpy(&x, &word, 4);
            out.push_back(T(x));
        }
    return out;
}
