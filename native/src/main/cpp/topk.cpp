// topK: the first k of each row in descending or ascending order, with their places; k = n sorts. NaN counts as largest.
//
// Elements become unsigned keys (loops_arg.h) whose ascending order is the one asked for, equal keys stay in the order of the row.
//
// Few of many are found in one pass: the best so far are kept unsorted in a buffer of some 2 k, whose k-th key bounds what may
// still enter; the bound is compared with the least key of every 32, which is vector code. When the buffer is full it is cut to k.
// Many are sorted: rows from the most significant digit of their keys on (sort.h), of which the buckets beyond the k-th entry are left
// alone. A long row is cut among the threads in both ways. Keys and places decide, so that no cut changes the result.
#include <cstring>
#include <utility>
#include <vector>

#include "blas.h"
#include "isa.h"
#include "slabs.h"
#include "sort.h"

namespace eckart {
namespace {

constexpr int64_t BLOCK = 1024, PARTS = 32;
constexpr int64_t FEW = 64;        // one of so many, or fewer, are selected rather than sorted
constexpr int64_t LONG = 1 << 17;  // a row that is worth more than one thread
constexpr int64_t SHORT = 32;      // a row that is worth no allocation

template <class K> struct Keys {
    K key[BLOCK], least[BLOCK / Kernels::KEYS], most;
};

template <class K> struct Row {
    const char *from;
    int64_t n, size;
    bool descending;
    Kernels::SortKeys loop;

    int64_t keys(int64_t begin, int64_t end, Keys<K> &to) const {
        const int64_t m = std::min(BLOCK, end - begin);
        loop(m, from + begin * size, descending, to.key, to.least, &to.most);
        return m;
    }
};

// Where the results of a row go; values may be absent
struct Ranks {
    char *values;
    int64_t *indices;

    template <class K> void write(const Row<K> &row, int64_t rank, int64_t index) const {
        indices[rank] = index;
        if (values != nullptr) std::memcpy(values + rank * row.size, row.from + index * row.size, row.size);
    }
};

template <class K> void keepFirst(std::vector<Entry<K>> &best, int64_t k) {
    if (int64_t(best.size()) <= k) return;
    std::nth_element(best.begin(), best.begin() + (k - 1), best.end());
    best.resize(k);
}

// The k first of [begin, end), in any order
template <class K> std::vector<Entry<K>> select(const Row<K> &row, int64_t begin, int64_t end, int64_t k) {
    const int64_t capacity = k + std::max<int64_t>(k, 32) + Kernels::KEYS;
    std::vector<Entry<K>> best(std::min(capacity, end - begin + Kernels::KEYS));
    int64_t count = 0;
    bool bounded = false;
    K bound = 0;
    Keys<K> keys;
    for (int64_t i = begin, m; i < end; i += m) {
        m = row.keys(i, end, keys);
        for (int64_t j = 0; j < m; j += Kernels::KEYS) {
            if (bounded && keys.least[j / Kernels::KEYS] >= bound) continue;
            if (count + Kernels::KEYS > capacity) {
                std::nth_element(best.begin(), best.begin() + (k - 1), best.begin() + count);
                count = k;
                bound = best[k - 1].key;
                bounded = true;
            }
            for (int64_t l = j; l < std::min(m, j + Kernels::KEYS); l++) {
                best[count] = {keys.key[l], K(i + l)};
                count += !bounded || keys.key[l] < bound;
            }
        }
    }
    best.resize(count);
    keepFirst(best, k);
    return best;
}

template <class K> void selectRow(const Row<K> &row, int64_t k, const Ranks &ranks, int threads) {
    const int64_t chunks = threads == 1 || row.n < LONG ? 1 : std::min(PARTS, row.n / (k * FEW)), length = pieces(row.n, chunks);
    std::vector<Entry<K>> best;
    if (chunks == 1) {
        best = select(row, 0, row.n, k);
    } else {
        std::vector<std::vector<Entry<K>>> found(chunks);
        parallelFor(chunks, threads, [&](int64_t c) { found[c] = select(row, std::min(row.n, c * length), std::min(row.n, (c + 1) * length), k); });
        for (const std::vector<Entry<K>> &part : found) best.insert(best.end(), part.begin(), part.end());
        keepFirst(best, k);
    }
    std::sort(best.begin(), best.end());
    for (int64_t r = 0; r < k; r++) ranks.write(row, r, best[r].index);
}

// One row, sorted as far as its k-th entry
template <class K> class RowSort {
public:
    RowSort(const Row<K> &row, int64_t k, const Ranks &ranks, int threads)
        : row(row), k(k), ranks(ranks), threads(threads), parts(threads == 1 || row.n < LONG ? 1 : int64_t{4} * threads), length(pieces(row.n, parts)) {}

    void run() {
        findRange();
        if (least == most) {
            for (int64_t r = 0; r < k; r++) ranks.write(row, r, r);
            return;
        }
        digit = Digit::of<K>(most - least, row.n);
        count();
        Scratch<Entry<K>> entries(begin[wanted], "topK");
        scatter(entries.data());
        sortBuckets(entries.data());
    }

private:
    const Row<K> &row;
    const int64_t k;
    const Ranks &ranks;
    const int threads;
    const int64_t parts, length;
    K least = 0, most = 0;
    Digit digit{};
    int64_t wanted = 0;                // buckets up to the k-th entry: the others are left alone
    std::vector<int64_t> begin, next;  // where buckets begin, and where the entries of [part][bucket] go

    // body(keys, place of the first, number) for each block of a part
    template <class Body> void blocks(int64_t part, const Body &body) const {
        Keys<K> keys;
        const int64_t end = std::min(row.n, (part + 1) * length);
        for (int64_t i = part * length, m; i < end; i += m) body(keys, i, m = row.keys(i, end, keys));
    }

    void findRange() {
        std::vector<K> leasts(parts, K(~K(0))), mosts(parts, 0);
        parallelFor(parts, threads, [&](int64_t part) {
            blocks(part, [&](const Keys<K> &keys, int64_t, int64_t m) {
                leasts[part] = std::min(leasts[part], *std::min_element(keys.least, keys.least + pieces(m, Kernels::KEYS)));
                mosts[part] = std::max(mosts[part], keys.most);
            });
        });
        least = *std::min_element(leasts.begin(), leasts.end());
        most = *std::max_element(mosts.begin(), mosts.end());
    }

    int64_t bucket(K key) const { return int64_t((key - least) >> digit.shift); }

    void count() {
        const int64_t buckets = digit.buckets();
        next.assign(parts * buckets, 0);
        parallelFor(parts, threads, [&](int64_t part) {
            int64_t *found = &next[part * buckets];
            blocks(part, [&](const Keys<K> &keys, int64_t, int64_t m) {
                for (int64_t j = 0; j < m; j++) found[bucket(keys.key[j])]++;
            });
        });
        int64_t sum = 0;
        begin.assign(1, 0);
        for (; sum < k; wanted++, begin.push_back(sum))
            for (int64_t part = 0; part < parts; part++) sum += std::exchange(next[part * buckets + wanted], sum);
    }

    // Bucket after bucket, in each in the order of the row
    void scatter(Entry<K> *entries) {
        parallelFor(parts, threads, [&](int64_t part) {
            int64_t *to = &next[part * digit.buckets()];
            blocks(part, [&](const Keys<K> &keys, int64_t i, int64_t m) {
                for (int64_t j = 0; j < m; j++) {
                    const int64_t b = bucket(keys.key[j]);
                    if (b < wanted) entries[to[b]++] = {keys.key[j], K(i + j)};
                }
            });
        });
    }

    void sortBuckets(Entry<K> *entries) const {
        parallelRanges(wanted, parts == 1 ? wanted : 1, threads, [&](int64_t first, int64_t last) {
            int64_t largest = 0;
            for (int64_t b = first; b < last; b++) largest = std::max(largest, begin[b + 1] - begin[b]);
            Scratch<Entry<K>> other(digit.shift == 0 ? 0 : largest, "topK");
            for (int64_t b = first; b < last; b++) {
                Entry<K> *from = entries + begin[b];
                if (digit.shift > 0) sortEntries(from, other.data(), begin[b + 1] - begin[b], false);
                for (int64_t r = begin[b]; r < std::min(k, begin[b + 1]); r++) ranks.write(row, r, from[r - begin[b]].index);
            }
        });
    }
};

template <class K> void sortShort(const Row<K> &row, int64_t k, const Ranks &ranks) {
    Keys<K> keys;
    Entry<K> entries[SHORT], sorted[SHORT];
    row.keys(0, row.n, keys);
    for (int64_t i = 0; i < row.n; i++) entries[i] = {keys.key[i], K(i)};
    insertionSort(entries, sorted, row.n);
    for (int64_t r = 0; r < k; r++) ranks.write(row, r, sorted[r].index);
}

template <class K> void firstOfRow(const Row<K> &row, int64_t k, const Ranks &ranks, int threads) {
    if (row.n <= SHORT)
        sortShort(row, k, ranks);
    else if (k <= row.n / FEW)
        selectRow(row, k, ranks, threads);
    else
        RowSort<K>(row, k, ranks, threads).run();
}

}  // namespace

void topK(bool largest, int type, int64_t rows, int64_t n, int64_t k, int64_t a, int64_t lda, int64_t values, int64_t indices, int threads) {
    const int64_t size = sizeOf(type);
    const auto one = [&](int64_t r, int threadsOfRow) {
        const Ranks ranks{values == 0 ? nullptr : at<char>(values) + r * k * size, at<int64_t>(indices) + r * k};
        const char *from = at<const char>(a) + r * lda * size;
        if (size == 8)
            firstOfRow(Row<uint64_t>{from, n, size, largest, kernels().sortKeys[type]}, k, ranks, threadsOfRow);
        else
            firstOfRow(Row<uint32_t>{from, n, size, largest, kernels().sortKeys[type]}, k, ranks, threadsOfRow);
    };
    if (rows < threads && n >= LONG) {
        for (int64_t r = 0; r < rows; r++) one(r, threads);
    } else {
        parallelRanges(rows, std::max<int64_t>(1, GRAIN / (4 * n)), threads, [&](int64_t begin, int64_t end) {
            for (int64_t r = begin; r < end; r++) one(r, 1);
        });
    }
}

int64_t topKWorkspace(int type, int64_t rows, int64_t n, int64_t k, int threads) {
    const int64_t entry = sizeOf(type) == 8 ? 16 : 8, atOnce = std::min<int64_t>(rows, threads);
    return k <= n / FEW ? 0 : (rows < threads && n >= LONG ? 1 : atOnce) * n * entry;
}

}  // namespace eckart
