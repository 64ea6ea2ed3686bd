// gather and scatterAdd: rows of a tensor by their numbers along an axis.
//
// A row of numbers that are far apart is asked for some rows ahead of time: the processor can't guess where it lies. Sums do not
// depend on the number of threads: each element belongs to one thread, which adds to it in the order of the index.
#include <cstring>
#include <stdexcept>

#include "eckart.h"
#include "isa.h"
#include "loops_map.h"
#include "slabs.h"

namespace eckart {
namespace {

constexpr int64_t AHEAD = 8, LINE = 64, MOST_LINES = 16;

// Where the first number outside of [0, size) stands, or -1
template <class I> int64_t firstOutside(const I *index, int64_t count, int64_t size) {
    constexpr int64_t BLOCK = 4096;
    for (int64_t begin = 0; begin < count; begin += BLOCK) {
        const int64_t end = std::min(count, begin + BLOCK);
        int64_t bad = 0;  // negative where a number or what it lacks of the last is
        for (int64_t i = begin; i < end; i++) bad |= int64_t(index[i]) | int64_t(uint64_t(size - 1) - uint64_t(int64_t(index[i])));
        for (int64_t i = begin; bad < 0 && i < end; i++)
            if (index[i] < 0 || index[i] >= size) return i;
    }
    return -1;
}

inline void askFor(const char *row, int64_t bytes) {
    for (int64_t b = 0; b < std::min(bytes, MOST_LINES * LINE); b += LINE) __builtin_prefetch(row + b);
}

template <class I> struct Gathering {
    const Slabs<2> &s;  // out, a
    const I *index;
    int64_t size;

    // Of an outer index the rows [begin, end) of the output
    void rows(int64_t o, int64_t begin, int64_t end) const {
        const Slabs<2>::Operand &out = s.of[0], &a = s.of[1];
        char *to = out.base + o * out.outer;
        const char *from = a.base + o * a.outer;
        if (s.inner == 1) return elements(to, from, begin, end);
        const bool adjacent = out.inner == size && a.inner == size;
        const int64_t bytes = std::abs(a.inner) * s.inner;
        for (int64_t i = begin; i < end; i++) {
            if (i + AHEAD < end) askFor(from + index[i + AHEAD] * a.axis, bytes);
            if (adjacent)
                std::memcpy(to + i * out.axis, from + index[i] * a.axis, bytes);
            else
                kernels().move[__builtin_ctzll(size)](s.inner, to + i * out.axis, out.inner, from + index[i] * a.axis, a.inner);
        }
    }

    void elements(char *to, const char *from, int64_t begin, int64_t end) const {
        if (size == 8) return elementsOf<uint64_t>(to, from, begin, end);
        if (size == 4) return elementsOf<uint32_t>(to, from, begin, end);
        size == 2 ? elementsOf<uint16_t>(to, from, begin, end) : elementsOf<uint8_t>(to, from, begin, end);
    }
    template <class U> void elementsOf(char *to, const char *from, int64_t begin, int64_t end) const {
        const int64_t out = s.of[0].axis, a = s.of[1].axis;
        if (out == sizeof(U) && a == sizeof(U))
            for (int64_t i = begin; i < end; i++) reinterpret_cast<U *>(to)[i] = reinterpret_cast<const U *>(from)[index[i]];
        else
            for (int64_t i = begin; i < end; i++) *reinterpret_cast<U *>(to + i * out) = *reinterpret_cast<const U *>(from + index[i] * a);
    }
};

template <class I> int64_t gatherBy(const I *index, int type, const int64_t *desc, int64_t rows, int threads) {
    const int64_t size = sizeOf(type);
    const Slabs<2> s(desc, {size, size});
    const int64_t bad = firstOutside(index, s.length, rows);
    if (bad >= 0 || s.outer == 0 || s.inner == 0) return bad;
    const Gathering<I> gathering{s, index, size};
    parallelRanges(s.outer * s.length, std::max<int64_t>(1, GRAIN / s.inner), threads, [&](int64_t begin, int64_t end) {
        for (int64_t r = begin, n; r < end; r += n) {
            const int64_t i = r % s.length;
            n = std::min(s.length - i, end - r);
            gathering.rows(r / s.length, i, i + n);
        }
    });
    return -1;
}

template <class T> void addElement(char *to, const char *from) {
    T *target = reinterpret_cast<T *>(to);
    Element<T>::store(target, Add()(Element<T>::load(target), Element<T>::load(reinterpret_cast<const T *>(from))));
}

template <class I> struct Addition {
    const Slabs<2> &s;  // target, of which `length` is the index's; source
    const I *index;
    int type;

    // One number of each outer index after the other
    template <class T> void elements(int64_t begin, int64_t end) const {
        const Slabs<2>::Operand &target = s.of[0], &source = s.of[1];
        for (int64_t o = begin; o < end; o++)
            for (int64_t i = 0; i < s.length; i++)
                addElement<T>(target.base + o * target.outer + index[i] * target.axis, source.base + o * source.outer + i * source.axis);
    }
    void elements(int64_t begin, int64_t end) const {
        if (type == F64) return elements<double>(begin, end);
        if (type == F32) return elements<float>(begin, end);
        if (type == BF16) return elements<BFloat16>(begin, end);
        type == I64 ? elements<int64_t>(begin, end) : elements<int32_t>(begin, end);
    }

    // Lanes [begin, end) of an outer index, with the target's rows [first, last) only
    void lanes(int64_t o, int64_t begin, int64_t end, int64_t first, int64_t last) const {
        constexpr int64_t BATCH = 256;
        const Kernels::Binary add = kernels().binary[0][type];
        const Slabs<2>::Operand &target = s.of[0], &source = s.of[1];
        char *to = target.base + o * target.outer + begin * target.inner;
        const char *from = source.base + o * source.outer + begin * source.inner;
        const int64_t n = end - begin, bytes = std::abs(target.inner) * n;
        int64_t chosen[BATCH + 1];  // one more than fits is written and not counted
        for (int64_t i = 0; i < s.length; i += BATCH) {
            int64_t count = 0;
            for (int64_t j = i; j < std::min(s.length, i + BATCH); j++) {
                chosen[count] = j;
                count += index[j] >= first && index[j] < last;
            }
            for (int64_t c = 0; c < count; c++) {
                if (c + AHEAD < count) {
                    askFor(to + index[chosen[c + AHEAD]] * target.axis, bytes);
                    askFor(from + chosen[c + AHEAD] * source.axis, bytes);
                }
                char *row = to + index[chosen[c]] * target.axis;
                add(n, row, target.inner, row, target.inner, from + chosen[c] * source.axis, source.inner);
            }
        }
    }
};

template <class I> int64_t scatterAddBy(const I *index, int type, const int64_t *desc, int64_t rows, int threads) {
    const Slabs<2> s(desc, {sizeOf(type), sizeOf(type)});
    const int64_t bad = firstOutside(index, s.length, rows);
    if (bad >= 0 || s.outer == 0 || s.inner == 0 || s.length == 0) return bad;
    const Addition<I> addition{s, index, type};
    if (s.inner == 1) {
        parallelRanges(s.outer, std::max<int64_t>(1, GRAIN / s.length), threads, [&](int64_t begin, int64_t end) { addition.elements(begin, end); });
        return -1;
    }
    constexpr int64_t NARROWEST = 64, PARTS_PER_THREAD = 4;
    const int64_t blocks = std::clamp<int64_t>(s.inner / NARROWEST, 1, int64_t{PARTS_PER_THREAD} * threads), width = pieces(s.inner, blocks);
    if (s.outer * blocks >= threads || s.length * s.inner < 2 * GRAIN) {  // each thread some lanes
        parallelRanges(s.outer * blocks, std::max<int64_t>(1, GRAIN / (width * s.length)), threads, [&](int64_t begin, int64_t end) {
            for (int64_t part = begin; part < end; part++) {
                const int64_t first = std::min(s.inner, part % blocks * width);
                addition.lanes(part / blocks, first, std::min(s.inner, first + width), 0, rows);
            }
        });
    } else {  // each thread some rows of the target, found by reading the whole index
        const int64_t parts = std::min<int64_t>(rows, threads);
        parallelFor(parts, threads, [&](int64_t part) {
            for (int64_t o = 0; o < s.outer; o++) addition.lanes(o, 0, s.inner, rows * part / parts, rows * (part + 1) / parts);
        });
    }
    return -1;
}

}  // namespace

int64_t gather(int type, const int64_t *desc, int64_t rows, int indexType, int64_t index, int threads) {
    if (indexType == I64) return gatherBy(reinterpret_cast<const int64_t *>(index), type, desc, rows, threads);
    return gatherBy(reinterpret_cast<const int32_t *>(index), type, desc, rows, threads);
}

int64_t scatterAdd(int type, const int64_t *desc, int64_t rows, int indexType, int64_t index, int threads) {
    if (type == U8) throw std::invalid_argument("scatterAdd: not for U8");
    if (indexType == I64) return scatterAddBy(reinterpret_cast<const int64_t *>(index), type, desc, rows, threads);
    return scatterAddBy(reinterpret_cast<const int32_t *>(index), type, desc, rows, threads);
}

}  // namespace eckart
