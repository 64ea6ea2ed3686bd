// Sparse matrices in compressed rows, in tiles of columns (Backend.Sparse): made from coordinates and transposed by stable sorting
// (sort.cuh), and multiplied with dense ones.
#pragma once
#include "index.cuh"

namespace eckart {

struct StartsArgs {
    const char *entries;              // sorted by tile and row
    long count;
    const long *places;               // of each entry, how many places are taken up to it; null: one by each
    long tiles, rows;
    long *starts;                     // (tiles, rows + 1)
};
struct CompressArgs { const char *entries; long count; const int *column; const char *values; int *indices; char *sorted; };
struct TransposeArgs {
    const long *starts;               // (rows + 1), rows of A
    long rows, columns, tileHeight, count;
    const int *column;
    const char *values;
    int *row;                         // of each entry
    char *entries;
    long *places;
    int *indices;
    char *sums;
};
struct SpmmArgs { const long *starts; long tiles, rows; const int *indices; const char *values, *x; long ldx, p; char *c; long ldc; };

namespace {

// The first of sorted entries that is not below `key`
template <class K> ECKART_FN long lowerBound(const Entry<K> *entries, long count, u64 key) {
    long low = 0, high = count;
    while (low < high) {
        const long middle = (low + high) / 2;
        if (u64(entries[middle].key) < key) low = middle + 1;
        else high = middle;
    }
    return low;
}

template <class K> ECKART_FN void rowStarts(const StartsArgs &args) {
    for (long at = firstIndex(); at < args.tiles * (args.rows + 1); at += indexStep()) {
        const long tile = at / (args.rows + 1), row = at % (args.rows + 1);
        const long entry = lowerBound(reinterpret_cast<const Entry<K> *>(args.entries), args.count, u64(tile * args.rows + row));
        args.starts[at] = args.places == nullptr ? entry : entry == 0 ? 0 : args.places[entry - 1];
    }
}

template <class K, class T> ECKART_FN void compress(const CompressArgs &args) {
    const Entry<K> *entries = reinterpret_cast<const Entry<K> *>(args.entries);
    for (long i = firstIndex(); i < args.count; i += indexStep()) {
        const long from = long(entries[i].place);
        args.indices[i] = args.column[from];
        reinterpret_cast<T *>(args.sorted)[i] = reinterpret_cast<const T *>(args.values)[from];
    }
}

template <class K> ECKART_FN void transposeKeys(const TransposeArgs &args) {
    Entry<K> *entries = reinterpret_cast<Entry<K> *>(args.entries);
    for (long e = firstIndex(); e < args.count; e += indexStep()) {
        long low = 0, high = args.rows;  // the last row that begins at e or before
        while (high - low > 1) {
            const long middle = (low + high) / 2;
            if (args.starts[middle] <= e) low = middle;
            else high = middle;
        }
        args.row[e] = int(low);
        entries[e] = {K(low / args.tileHeight * args.columns + args.column[e]), K(e)};
    }
}

template <class K> ECKART_FN bool samePlace(const TransposeArgs &args, const Entry<K> *entries, long p, long q) {
    return entries[p].key == entries[q].key && args.row[entries[p].place] == args.row[entries[q].place];
}
template <class K> ECKART_FN void transposeHeads(const TransposeArgs &args) {
    const Entry<K> *entries = reinterpret_cast<const Entry<K> *>(args.entries);
    for (long p = firstIndex(); p < args.count; p += indexStep()) args.places[p] = p == 0 || !samePlace(args, entries, p - 1, p);
}
// Entries of one place are added up in their order, by the thread of the first of them
template <class K, class T> ECKART_FN void transposeSums(const TransposeArgs &args) {
    const Entry<K> *entries = reinterpret_cast<const Entry<K> *>(args.entries);
    const T *values = reinterpret_cast<const T *>(args.values);
    for (long p = firstIndex(); p < args.count; p += indexStep()) {
        const long place = args.places[p];
        if (p > 0 && args.places[p - 1] == place) continue;
        T sum = values[entries[p].place];
        for (long q = p + 1; q < args.count && args.places[q] == place; q++) sum += values[entries[q].place];
        args.indices[place - 1] = args.row[entries[p].place];
        reinterpret_cast<T *>(args.sums)[place - 1] = sum;
    }
}

// A thread for each element of C: neighbours read neighbours of X
template <class T> ECKART_FN void spmm(const SpmmArgs &args) {
    const T *values = reinterpret_cast<const T *>(args.values), *x = reinterpret_cast<const T *>(args.x);
    for (long at = firstIndex(); at < args.rows * args.p; at += indexStep()) {
        const long i = at / args.p, j = at % args.p;
        T sum = 0;
        for (long tile = 0; tile < args.tiles; tile++) {
            const long *starts = args.starts + tile * (args.rows + 1) + i;
            for (long e = starts[0]; e < starts[1]; e++) sum = mulAdd(values[e], x[args.indices[e] * args.ldx + j], sum);
        }
        reinterpret_cast<T *>(args.c)[i * args.ldc + j] = sum;
    }
}

}  // namespace
}  // namespace eckart

#define ECKART_SPARSE(K)                                                                          \
    ECKART_KERNEL(starts, StartsArgs) { eckart::rowStarts<eckart::K>(args); }                     \
    ECKART_KERNEL(compress_f64, CompressArgs) { eckart::compress<eckart::K, double>(args); }      \
    ECKART_KERNEL(compress_f32, CompressArgs) { eckart::compress<eckart::K, float>(args); }       \
    ECKART_KERNEL(keys, TransposeArgs) { eckart::transposeKeys<eckart::K>(args); }                \
    ECKART_KERNEL(heads, TransposeArgs) { eckart::transposeHeads<eckart::K>(args); }              \
    ECKART_KERNEL(sums_f64, TransposeArgs) { eckart::transposeSums<eckart::K, double>(args); }    \
    ECKART_KERNEL(sums_f32, TransposeArgs) { eckart::transposeSums<eckart::K, float>(args); }
#define ECKART_SPMM()                                                                             \
    ECKART_KERNEL(spmm_f64, SpmmArgs) { eckart::spmm<double>(args); }                             \
    ECKART_KERNEL(spmm_f32, SpmmArgs) { eckart::spmm<float>(args); }
