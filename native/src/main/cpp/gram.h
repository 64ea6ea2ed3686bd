// Gram matrices of what is not laid out for eckart.h's: gram.cpp.
#pragma once
#include <cstdint>

namespace eckart {

// C = A A', A m x n with rows lda apart, C m x m without gaps.
template <typename T>
void gramOfRows(int64_t m, int64_t n, const T *a, int64_t lda, T *c, int threads);

}  // namespace eckart
