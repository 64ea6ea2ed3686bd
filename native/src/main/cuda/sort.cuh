// Stable sorting of (key, place) entries from the least significant digit on: each pass counts the digits of tiles of entries, and
// after a scan of the counts (lanes.cuh) each entry knows where it goes. And topK on top of it.
//
// A thread takes neighbouring entries, so that equal digits stay in order; its counts stand in a column of shared memory.
#pragma once
#include "device.cuh"
#include "keys.h"

namespace eckart {

struct SortArgs {
    const char *from;
    char *to;
    long *counts;                     // (digits, tiles): of each tile, then of all before and it
    long count, tiles, shift;
    long row;                         // > 0: the digit is one of place / row
};
struct TopKArgs {
    const char *a;
    long rows, n, lda, k, largest;
    char *values;                     // (rows, k), or null
    long *indices;                    // (rows, k)
    char *entries;                    // (rows, n)
};

namespace {

template <class K> struct Entry { K key, place; };

constexpr int DIGIT_BITS = 6, DIGITS = 1 << DIGIT_BITS, SORT_THREADS = 128, SORT_ITEMS = 32, TILE = SORT_THREADS * SORT_ITEMS;

template <class K> ECKART_FN int digit(const SortArgs &args, Entry<K> e) {
    const K of = args.row > 0 ? K(e.place / K(args.row)) : e.key;
    return int(of >> args.shift) & (DIGITS - 1);
}

// counts[d][t] = how many of thread t's entries have digit d
template <class K> ECKART_FN void countDigits(const SortArgs &args, long tile, unsigned short (*counts)[SORT_THREADS]) {
    const Entry<K> *from = reinterpret_cast<const Entry<K> *>(args.from);
    const int me = int(threadIdx.x);
    for (int d = 0; d < DIGITS; d++) counts[d][me] = 0;
    const long first = tile * TILE + me * SORT_ITEMS;
    for (long i = first; i < first + SORT_ITEMS && i < args.count; i++) counts[digit(args, from[i])][me]++;
}

template <class K> ECKART_FN void histogram(const SortArgs &args, unsigned short (*counts)[SORT_THREADS]) {
    const int me = int(threadIdx.x);
    for (long tile = blockIdx.x; tile < args.tiles; tile += gridDim.x) {
        countDigits<K>(args, tile, counts);
        __syncthreads();
        if (me < DIGITS) {
            long sum = 0;
            for (int t = 0; t < SORT_THREADS; t++) sum += counts[me][t];
            args.counts[me * args.tiles + tile] = sum;
        }
        __syncthreads();
    }
}

template <class K> ECKART_FN void distribute(const SortArgs &args, unsigned short (*counts)[SORT_THREADS], long *begin) {
    const Entry<K> *from = reinterpret_cast<const Entry<K> *>(args.from);
    Entry<K> *to = reinterpret_cast<Entry<K> *>(args.to);
    const int me = int(threadIdx.x);
    for (long tile = blockIdx.x; tile < args.tiles; tile += gridDim.x) {
        countDigits<K>(args, tile, counts);
        __syncthreads();
        if (me < DIGITS) {
            int sum = 0;
            for (int t = 0; t < SORT_THREADS; t++) {
                const int here = counts[me][t];
                counts[me][t] = (unsigned short)sum;
                sum += here;
            }
            begin[me] = args.counts[me * args.tiles + tile] - sum;
        }
        __syncthreads();
        const long first = tile * TILE + me * SORT_ITEMS;
        for (long i = first; i < first + SORT_ITEMS && i < args.count; i++) {
            const Entry<K> e = from[i];
            const int d = digit(args, e);
            to[begin[d] + counts[d][me]++] = e;
        }
        __syncthreads();
    }
}

// ---- topK

template <class T> ECKART_FN typename Key<T>::Type keyAt(const TopKArgs &args, long row, long i) {
    using K = typename Key<T>::Type;
    const K key = keyOf(Element<T>::load(reinterpret_cast<const T *>(args.a) + row * args.lda + i));
    return args.largest ? K(~key) : key;
}
template <class T> ECKART_FN void putRank(const TopKArgs &args, long row, long rank, long i) {
    args.indices[row * args.k + rank] = i;
    if (args.values != nullptr) reinterpret_cast<T *>(args.values)[row * args.k + rank] = reinterpret_cast<const T *>(args.a)[row * args.lda + i];
}

// Short rows: a thread for each element counts those that come before it
template <class T> ECKART_FN void rankOf(const TopKArgs &args) {
    for (long at = firstIndex(); at < args.rows * args.n; at += indexStep()) {
        const long row = at / args.n, i = at % args.n;
        const auto key = keyAt<T>(args, row, i);
        long rank = 0;
        for (long j = 0; j < args.n; j++) {
            const auto other = keyAt<T>(args, row, j);
            rank += (other < key) | ((other == key) & (j < i));
        }
        if (rank < args.k) putRank<T>(args, row, rank, i);
    }
}

// Others: all rows are sorted as one, by key and then by row
template <class T, class K> ECKART_FN void rowKeys(const TopKArgs &args) {
    Entry<K> *entries = reinterpret_cast<Entry<K> *>(args.entries);
    for (long at = firstIndex(); at < args.rows * args.n; at += indexStep()) entries[at] = {K(keyAt<T>(args, at / args.n, at % args.n)), K(at)};
}
template <class T, class K> ECKART_FN void firstOfRows(const TopKArgs &args) {
    const Entry<K> *entries = reinterpret_cast<const Entry<K> *>(args.entries);
    for (long at = firstIndex(); at < args.rows * args.k; at += indexStep()) {
        const long row = at / args.k, rank = at % args.k;
        putRank<T>(args, row, rank, long(entries[row * args.n + rank].place) - row * args.n);
    }
}

}  // namespace
}  // namespace eckart

#define ECKART_SORT(K)                                                                       \
    ECKART_BLOCK_KERNEL(histogram, SortArgs) {                                               \
        __shared__ unsigned short counts[eckart::DIGITS][eckart::SORT_THREADS];              \
        eckart::histogram<eckart::K>(args, counts);                                          \
    }                                                                                        \
    ECKART_BLOCK_KERNEL(distribute, SortArgs) {                                              \
        __shared__ unsigned short counts[eckart::DIGITS][eckart::SORT_THREADS];              \
        __shared__ long begin[eckart::DIGITS];                                               \
        eckart::distribute<eckart::K>(args, counts, begin);                                  \
    }
#define ECKART_TOPK(T)                                                                       \
    ECKART_KERNEL(rank, TopKArgs) { eckart::rankOf<T>(args); }                               \
    ECKART_KERNEL(keys, TopKArgs) { eckart::rowKeys<T, eckart::Key<T>::Type>(args); }        \
    ECKART_KERNEL(first, TopKArgs) { eckart::firstOfRows<T, eckart::Key<T>::Type>(args); }
