// Products of a large matrix with few columns, by copies of its pieces; compiled once per instruction set (packed.cpp).
#pragma once
#include "small.h"

namespace eckart {

constexpr int64_t PACKED_WIDTH = 128;  // the most columns

template <typename T>
struct PackedLoop {
  // C = alpha A B + beta C as SmallProduct has it, but for n up to PACKED_WIDTH, any m and k, and any strides of B; of A one stride is 1.
  // `scratch` has packedScratch<T> entries.
  void (*product)(const SmallProduct<T> &product, T *scratch);
};

constexpr int64_t PACKED_DEPTH = 256;  // of a piece: what is copied stays in the second-level cache
constexpr int64_t PACKED_RUN = 512;    // bytes copied from each row of a matrix that is gone down

// B's piece, its columns rounded up to tiles; A's; a stripe of results.
template <typename T>
constexpr int64_t packedScratch = (PACKED_DEPTH + 32) * (PACKED_WIDTH + 16) + PACKED_DEPTH * PACKED_RUN / int64_t(sizeof(T));

struct Packed {
  PackedLoop<double> f64;
  PackedLoop<float> f32;
};

extern const Packed packed_v2, packed_v3, packed_v4, packed_v8;

}  // namespace eckart
