// The choice among the instruction sets that kernels.cpp is compiled for.
#pragma once
#include "kernels.h"

namespace eckart {

// The loops for this processor: the widest set it has, or a lower one that the environment variable ECKART_ISA names.
// Chosen once. std::runtime_error on a processor below x86-64-v2 (SSE 4.2).
const Kernels &kernels();

}  // namespace eckart
