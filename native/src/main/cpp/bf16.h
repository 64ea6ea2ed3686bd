// Products of F32 matrices whose factors are rounded to bfloat16, compiled once per instruction set (bf16.cpp).
#pragma once
#include "small.h"

namespace eckart {

constexpr int64_t BF16_HEIGHT = 84, BF16_DEPTH = 512;  // the most rows and steps of k: whole tiles of every instruction set

// Of 32 bits: A, a stripe of B, a tile of C beside its matrix.
constexpr int64_t BF16_SCRATCH = BF16_HEIGHT * (BF16_DEPTH / 2 + 16) + 32 * BF16_DEPTH / 2 + 14 * 32;

struct Bf16 {
  bool instruction;  // whether the processor multiplies pairs of them (AVX-512 BF16); else that is imitated, slower than F32

  // C = alpha A B + beta C as SmallProduct has it, A and B rounded to the nearest bfloat16, for m up to BF16_HEIGHT, k up to BF16_DEPTH, any
  // n and any strides. Every sum is F32 in the order of k, subnormal numbers are zero. `kept`: A is in `scratch` from the call before.
  void (*product)(const SmallProduct<float> &product, bool kept, uint32_t *scratch);
};

extern const Bf16 bf16_v2, bf16_v3, bf16_v4, bf16_v4bf16, bf16_v8;

}  // namespace eckart
