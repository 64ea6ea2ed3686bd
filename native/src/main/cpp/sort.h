// Sorting of (key, index) pairs by key; equal keys stay in the order of their indices.
//
// From the most significant digit on: a digit is as many bits as make buckets of some four entries, of the range that the keys
// span (uniform keys of any range are then sorted in two or three passes), and few entries are sorted by insertion.
#pragma once
#include <algorithm>
#include <cstdint>

namespace eckart {

template <class K> struct Entry {
    K key, index;
    bool operator<(const Entry &other) const { return key != other.key ? key < other.key : index < other.index; }
};

// Which bits of (key - least) tell the buckets of a sort apart
struct Digit {
    static constexpr int MOST_BITS = 11;
    int bits, shift;

    template <class K> static Digit of(K range, int64_t entries) {  // range > 0
        const int significant = 64 - __builtin_clzll(range), wanted = 62 - __builtin_clzll(uint64_t(entries));
        const int bits = std::min(significant, std::clamp(wanted, 3, MOST_BITS));
        return {bits, significant - bits};
    }
    int64_t buckets() const { return int64_t(1) << bits; }
};

template <class K> void insertionSort(const Entry<K> *from, Entry<K> *to, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        const Entry<K> x = from[i];
        int64_t j = i;
        for (; j > 0 && x.key < to[j - 1].key; j--) to[j] = to[j - 1];
        to[j] = x;
    }
}

// Sorts `entries`; the result lies in `other` when asked so, else in `entries`. Both are used up.
template <class K> void sortEntries(Entry<K> *entries, Entry<K> *other, int64_t n, bool toOther) {
    constexpr int64_t FEW = 24;
    if (n <= FEW) return insertionSort(entries, toOther ? other : entries, n);
    K least = entries[0].key, most = least;
    for (int64_t i = 1; i < n; i++) {
        least = std::min(least, entries[i].key);
        most = std::max(most, entries[i].key);
    }
    if (least == most) {
        if (toOther) std::copy_n(entries, n, other);
        return;
    }
    const Digit digit = Digit::of<K>(most - least, n);
    int64_t end[1 << Digit::MOST_BITS];  // where a bucket goes on; in the end, where it ends
    std::fill_n(end, digit.buckets(), 0);
    for (int64_t i = 0; i < n; i++) end[(entries[i].key - least) >> digit.shift]++;
    for (int64_t b = 0, sum = 0; b < digit.buckets(); b++) {
        const int64_t count = end[b];
        end[b] = sum;
        sum += count;
    }
    for (int64_t i = 0; i < n; i++) other[end[(entries[i].key - least) >> digit.shift]++] = entries[i];
    if (digit.shift == 0) {  // all keys of a bucket are equal
        if (!toOther) std::copy_n(other, n, entries);
        return;
    }
    for (int64_t b = 0, begin = 0; b < digit.buckets(); begin = end[b++])
        if (end[b] > begin) sortEntries(other + begin, entries + begin, end[b] - begin, !toOther);
}

}  // namespace eckart
