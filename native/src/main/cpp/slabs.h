// The operands of calls that run along one axis: tensors as (outer, length, inner), the axis between what lies outside and inside of it.
#pragma once
#include <cstdint>
#include <cstdlib>

#include "operands.h"

namespace eckart {

template <int N> struct Slabs {
    struct Operand {
        char *base;
        int64_t outer, axis, inner;  // strides in bytes
    };

    int64_t outer, length, inner;
    Operand of[N];

    // desc (eckart.h) of rank 3
    Slabs(const int64_t *desc, const int64_t (&sizes)[N]) : outer(desc[1]), length(desc[2]), inner(desc[3]) {
        for (int k = 0; k < N; k++) {
            const int64_t *operand = desc + 4 + 4 * k;
            of[k] = {reinterpret_cast<char *>(operand[0]), operand[1] * sizes[k], operand[2] * sizes[k], operand[3] * sizes[k]};
        }
    }

    // Lets the two dimensions beside the axis change places where operand k steps less along the outer one
    void orderBy(int k) {
        const bool single = inner == 1;
        if (outer == 1 || (!single && std::abs(of[k].outer) >= std::abs(of[k].inner))) return;
        std::swap(outer, inner);
        for (Operand &operand : of) std::swap(operand.outer, operand.inner);
    }

    // Whether rows of many adjacent lanes are to be gone through rather than one lane after the other
    bool acrossLanes(int k) const { return inner >= 8 && std::abs(of[k].inner) < std::abs(of[k].axis); }
};

inline int64_t pieces(int64_t n, int64_t size) { return (n + size - 1) / size; }

}  // namespace eckart
