// The choice among the instruction sets that the Makefile's LOOPS are compiled for.
#pragma once
#include "bf16.h"
#include "jacobi.h"
#include "kernels.h"
#include "packed.h"
#include "panels.h"
#include "small.h"
#include "spmm.h"

namespace eckart {

// The loops for this processor: the widest set it has, or a lower one that the environment variable ECKART_ISA names.
// Chosen once. std::runtime_error on a processor below x86-64-v2 (SSE 4.2).
const Kernels &kernels();
const Panels &panels();
const Spmm &spmmLoops();
const Small &smallProducts();
const Packed &packedProducts();
const Jacobi &jacobiLoops();
const Bf16 &bf16Products();

template <typename T>
const SmallLoop<T> &smallLoop() {
  if constexpr (sizeof(T) == 8) {
    return smallProducts().f64;
  } else {
    return smallProducts().f32;
  }
}

template <typename T>
const PackedLoop<T> &packedLoop() {
  if constexpr (sizeof(T) == 8) {
    return packedProducts().f64;
  } else {
    return packedProducts().f32;
  }
}

}  // namespace eckart
