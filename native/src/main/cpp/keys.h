// Unsigned numbers in the order of the elements, to sort by. Zeros of both signs are equal, NaN comes last. Self-contained, as
// elementary.h: g++ and NVRTC both compile it.
#pragma once
#include "functors.h"

namespace eckart {
namespace {

template <class T> struct Key { using Type = u32; };
template <> struct Key<double> { using Type = u64; };
template <> struct Key<long> { using Type = u64; };
template <> struct Key<long long> { using Type = u64; };

ECKART_FN u64 keyOf(double x) {
    const u64 u = bitsOf(x + 0.0), key = u ^ ((0 - (u >> 63)) | (u64(1) << 63));
    return x != x ? ~u64(0) : key;
}
ECKART_FN u32 keyOf(float x) {
    const u32 u = bitsOf(x + 0.0f), key = u ^ ((0 - (u >> 31)) | (u32(1) << 31));
    return x != x ? ~u32(0) : key;
}
ECKART_FN u64 keyOf(long long x) { return u64(x) ^ (u64(1) << 63); }
ECKART_FN u64 keyOf(long x) { return keyOf((long long)x); }
ECKART_FN u32 keyOf(int x) { return u32(x) ^ (u32(1) << 31); }
ECKART_FN u32 keyOf(unsigned char x) { return x; }

}  // namespace
}  // namespace eckart
