// The vector registers of the instruction set that a file is compiled for.
#pragma once

namespace eckart {
namespace {

#if defined(__AVX512F__)
constexpr int BYTES = 64, REGISTERS = 32;
#elif defined(__AVX2__)
constexpr int BYTES = 32, REGISTERS = 16;
#elif defined(__aarch64__)
constexpr int BYTES = 16, REGISTERS = 32;
#else
constexpr int BYTES = 16, REGISTERS = 16;
#endif

// N numbers, which may lie anywhere. GCC keeps what is longer than a register in memory.
template <typename T, int N = BYTES / int(sizeof(T))>
struct Vectors {
  typedef T Type __attribute__((vector_size(N * sizeof(T)), aligned(sizeof(T)), may_alias));
};
template <typename T>
struct Vectors<T, 1> {
  using Type = T;
};

}  // namespace
}  // namespace eckart
