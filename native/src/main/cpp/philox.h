// Philox4x32-10 (Salmon, Moraes, Dror, Shaw, Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011) and the numbers made of it.
// Self-contained, as elementary.h.
//
// A block is four 32-bit words w0..w3, the function of key = seed and counter = (block number, stream), each 64 bits, low word
// first. What element i of a stream is:
//
//   UNIFORM  F64   block i / 2, words (0, 1) or (2, 3):  a + u (b - a),  u = (first >> 11 | second << 21) 2^-53
//            F32   block i / 4, word i % 4:              the same with u = (word >> 8) 2^-24
//   NORMAL   F64   block i / 2: u from words (0, 1), t from (2, 3), as above; r = sqrt(-2 log(1 - u));
//                  a + b r cos(2 pi t) for even i, a + b r sin(2 pi t) for odd i
//            F32   block i / 4, words (0, 1) for its elements 0 and 1, words (2, 3) for 2 and 3;
//                  the radius takes all 32 bits, 1 - u = (word + 1) 2^-32, so that the tail reaches 6.6 deviations
//   INTEGERS I64, I32   block i / 2: a + floor(w (b - a) / 2^64), w = first | second << 32
//                  No value's probability is off by more than 2^-64, which is (b - a) 2^-64 relative to 1 / (b - a).
//
// Uniforms that round up to b become the largest number below it. Sums and products above are rounded one by one (no fma), so
// that every device gives the same bits.
#pragma once
#include "elementary.h"

namespace eckart {
namespace {

constexpr u64 PHILOX_0 = 0xD2511F53, PHILOX_1 = 0xCD9E8D57;
constexpr u32 PHILOX_KEY_0 = 0x9E3779B9, PHILOX_KEY_1 = 0xBB67AE85;

ECKART_FN void philox(u32 &c0, u32 &c1, u32 &c2, u32 &c3, u32 k0, u32 k1) {
    for (int round = 0; round < 10; round++) {
        u64 p0 = PHILOX_0 * c0, p1 = PHILOX_1 * c2;
        c0 = u32(p1 >> 32) ^ c1 ^ k0;
        c2 = u32(p0 >> 32) ^ c3 ^ k1;
        c1 = u32(p1);
        c3 = u32(p0);
        k0 += PHILOX_KEY_0;
        k1 += PHILOX_KEY_1;
    }
}

ECKART_FN double fromUnsigned(u32 x) { return double(int(x ^ 0x80000000u)) + 2147483648.0; }  // no unsigned vector conversion in AVX2

ECKART_FN double uniform53(u32 low, u32 high) { return fromUnsigned(high) * 0x1p-32 + double(int(low >> 11)) * 0x1p-53; }
ECKART_FN float uniform24(u32 word) { return float(int(word >> 8)) * 0x1p-24f; }

// to [a, b): `below` is the largest number under b
template <class T> ECKART_FN T spread(T u, T a, T width, T below) {
    T x = a + u * width;
    return x < below ? x : below;
}

template <class T> ECKART_FN void boxMuller(T oneMinusU, T turn, T mean, T deviation, T &even, T &odd) {
    T cosine, sine, radius = deviation * squareRoot(T(-2) * logarithm(oneMinusU));
    cosSinOfTurn(turn, cosine, sine);
    even = mean + radius * cosine;
    odd = mean + radius * sine;
}
ECKART_FN void normalPair(u32 w0, u32 w1, u32 w2, u32 w3, double mean, double deviation, double &even, double &odd) {
    boxMuller(1.0 - uniform53(w0, w1), uniform53(w2, w3), mean, deviation, even, odd);
}
ECKART_FN void normalPair(u32 w0, u32 w1, float mean, float deviation, float &even, float &odd) {
    float oneMinusU = float(int(w0 >> 8)) * 0x1p-24f + float(int(w0 & 255) + 1) * 0x1p-32f;
    boxMuller(oneMinusU, uniform24(w1), mean, deviation, even, odd);
}

// floor(w range / 2^64) from 32-bit halves
ECKART_FN u64 highProduct(u32 low, u32 high, u64 range) {
    u64 r0 = u32(range), r1 = range >> 32;
    u64 middle = u64(high) * r0 + (u64(low) * r0 >> 32);
    u64 other = u64(low) * r1 + u32(middle);
    return u64(high) * r1 + (middle >> 32) + (other >> 32);
}

}  // namespace
}  // namespace eckart
