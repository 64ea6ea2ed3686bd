// Products of a large matrix with one of few columns or rows: narrow.cpp.
#pragma once
#include "small.h"

namespace eckart {

// Whether the large matrix's pieces are to be copied (packed.h): that is faster than products over a short k are, too.
template <typename T>
bool isPacked(const SmallProduct<T> &p);

// Whether the product is one, and narrowProduct the faster way.
template <typename T>
bool isNarrow(const SmallProduct<T> &p);

// C = alpha A B + beta C, of any sides. Each entry's bits depend on the shape and on `threads` alone.
template <typename T>
void narrowProduct(const SmallProduct<T> &p, int threads);

}  // namespace eckart
