// The sign convention of singular and eigenvectors.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace eckart {

// Whether the first entry of nearly the largest magnitude is negative. "Nearly": ties within rounding are broken by position, so that
// the sign does not hang on the last bit.
template <typename T>
bool pointsAway(int64_t n, const T *row) {
  T largest = 0;
  for (int64_t j = 0; j < n; j++) largest = std::max(largest, std::abs(row[j]));
  const T enough = (1 - std::sqrt(std::numeric_limits<T>::epsilon())) * largest;
  for (int64_t j = 0; j < n; j++) {
    if (std::abs(row[j]) >= enough) return row[j] < 0;
  }
  return false;  // NaN
}

}  // namespace eckart
