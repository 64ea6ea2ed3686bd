// gather, scatterAdd: rows by their numbers along the middle of three axes. Sums are made in the order of the index, whatever the
// device: the numbers are sorted first (sort.cuh, stably), and the rows of one number are added up by one thread for each element.
#pragma once
#include "sort.cuh"

namespace eckart {

struct Numbers { const char *base; long wide; };  // I64 or I32
struct Rows { char *base; long outer, axis, inner; };  // an operand and its steps
struct OutsideArgs { Numbers index; long count, size; unsigned long long *first; };
struct GatherArgs { long outer, count, inner; Rows out, a; Numbers index; };
struct NumberKeysArgs { Numbers index; long count; char *entries; };
struct ScatterArgs { long outer, count, inner; Rows target, source; const char *entries; };

namespace {

ECKART_FN long number(const Numbers &index, long i) {
    return index.wide ? reinterpret_cast<const long *>(index.base)[i] : long(reinterpret_cast<const int *>(index.base)[i]);
}

// The first place of a number that is not in [0, size)
ECKART_FN void outside(const OutsideArgs &args) {
    for (long i = firstIndex(); i < args.count; i += indexStep()) {
        const long n = number(args.index, i);
        if (n < 0 || n >= args.size) atomicMin(args.first, (unsigned long long)i);
    }
}

// U: any type of the elements' size
template <class U> ECKART_FN void gatherRows(const GatherArgs &args) {
    for (long at = firstIndex(); at < args.outer * args.count * args.inner; at += indexStep()) {
        const long j = at % args.inner, i = at / args.inner % args.count, o = at / args.inner / args.count;
        const U *from = reinterpret_cast<const U *>(args.a.base) + o * args.a.outer + number(args.index, i) * args.a.axis + j * args.a.inner;
        reinterpret_cast<U *>(args.out.base)[o * args.out.outer + i * args.out.axis + j * args.out.inner] = *from;
    }
}

template <class K> ECKART_FN void numberKeys(const NumberKeysArgs &args) {
    Entry<K> *entries = reinterpret_cast<Entry<K> *>(args.entries);
    for (long i = firstIndex(); i < args.count; i += indexStep()) entries[i] = {K(number(args.index, i)), K(i)};
}

// The thread of the first of equal numbers adds the rows of all of them
template <class K, class T> ECKART_FN void scatterRows(const ScatterArgs &args) {
    const Entry<K> *entries = reinterpret_cast<const Entry<K> *>(args.entries);
    for (long at = firstIndex(); at < args.outer * args.count * args.inner; at += indexStep()) {
        const long j = at % args.inner, o = at / args.inner / args.count;
        long p = at / args.inner % args.count;
        const K key = entries[p].key;
        if (p > 0 && entries[p - 1].key == key) continue;
        T *to = reinterpret_cast<T *>(args.target.base) + o * args.target.outer + long(key) * args.target.axis + j * args.target.inner;
        const T *from = reinterpret_cast<const T *>(args.source.base) + o * args.source.outer + j * args.source.inner;
        T sum = *to;
        for (; p < args.count && entries[p].key == key; p++)
            Element<T>::store(&sum, Add()(Element<T>::load(&sum), Element<T>::load(from + long(entries[p].place) * args.source.axis)));
        *to = sum;
    }
}

}  // namespace
}  // namespace eckart

#define ECKART_GATHER()                                                                                  \
    ECKART_KERNEL(outside, OutsideArgs) { eckart::outside(args); }                                       \
    ECKART_KERNEL(gather_1, GatherArgs) { eckart::gatherRows<unsigned char>(args); }                     \
    ECKART_KERNEL(gather_2, GatherArgs) { eckart::gatherRows<unsigned short>(args); }                    \
    ECKART_KERNEL(gather_4, GatherArgs) { eckart::gatherRows<eckart::u32>(args); }                       \
    ECKART_KERNEL(gather_8, GatherArgs) { eckart::gatherRows<eckart::u64>(args); }
#define ECKART_SCATTER(K)                                                                                \
    ECKART_KERNEL(keys, NumberKeysArgs) { eckart::numberKeys<eckart::K>(args); }                         \
    ECKART_KERNEL(scatter_f64, ScatterArgs) { eckart::scatterRows<eckart::K, double>(args); }            \
    ECKART_KERNEL(scatter_f32, ScatterArgs) { eckart::scatterRows<eckart::K, float>(args); }             \
    ECKART_KERNEL(scatter_bf16, ScatterArgs) { eckart::scatterRows<eckart::K, eckart::BFloat16>(args); } \
    ECKART_KERNEL(scatter_i64, ScatterArgs) { eckart::scatterRows<eckart::K, long>(args); }              \
    ECKART_KERNEL(scatter_i32, ScatterArgs) { eckart::scatterRows<eckart::K, int>(args); }
