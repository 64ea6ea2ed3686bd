// The table of inner loops. kernels.cpp fills one per instruction set; isa.h hands out the one that suits this processor.
//
// A loop runs over one dimension. Strides are in bytes, may be 0 or negative; sizeof(T) and 0 have fast paths. Types are
// numbered as in eckart.h. An output may be an input (same address and stride), otherwise they do not overlap.
#pragma once
#include <cstdint>

namespace eckart {

// What random.cpp asks of a loop: blocks of Philox numbers, see philox.h
struct Draw {
    uint64_t seed, stream;
    double a, b;            // [a, b), or mean and deviation; for F32 already rounded to float
    double width, below;    // UNIFORM: b - a and the largest number under b, in the type's precision
    int64_t low;            // INTEGERS: a and b - a
    uint64_t range;
};

// A row of `runs` runs of `length` elements; byte strides between and in them of: output, input, scale, shift
struct RowForm {
    int64_t runs, length, outer[4], inner[4];
};

struct Kernels {
    using Unary = void (*)(int64_t n, char *out, int64_t outStride, const char *a, int64_t aStride);
    // false: an integer was divided by zero
    using Binary = bool (*)(int64_t n, char *out, int64_t outStride, const char *a, int64_t aStride, const char *b, int64_t bStride);
    using Axpby = void (*)(int64_t n, double alpha, double beta, char *y, int64_t yStride, const char *x, int64_t xStride);
    // out[r * outRow + c * size] = in[c * inColumn + r * size], for rows x columns elements
    using Transpose = void (*)(int64_t rows, int64_t columns, char *out, int64_t outRow, const char *in, int64_t inColumn);
    // Joins n elements to (value, low): the sum and its rounding error, or the extremum; an int64_t in value for integer types
    using Reduce = void (*)(int64_t n, const char *a, int64_t stride, double *value, double *low);
    // The same for each of n <= COLUMNS columns of `rows` rows
    using ReduceColumns = void (*)(int64_t rows, int64_t n, const char *a, int64_t rowStride, int64_t columnStride, double *value, double *low);
    // Index of the first NaN or infinity, or -1
    using FirstNonFinite = int64_t (*)(int64_t n, const char *a, int64_t stride);
    // Joins n elements, whose places are `first` and following, to (value, index); index is -1 before anything was joined
    using ArgRun = void (*)(int64_t n, const char *a, int64_t stride, int64_t first, double *value, int64_t *index);
    // The same for each of n <= ARG_COLUMNS columns of `rows` < 2^31 rows
    using ArgColumns = void (*)(int64_t rows, int64_t n, const char *a, int64_t rowStride, int64_t columnStride, int64_t first, double *value, int64_t *index);
    // out[i] = the total of (value, low) and a[0] ... a[i], which (value, low) becomes in the end
    using ScanRun = void (*)(int64_t n, char *out, int64_t outStride, const char *a, int64_t stride, double *value, double *low);
    // The same for each of n columns of `rows` rows
    using ScanColumns = void (*)(int64_t rows, int64_t n, char *out, int64_t outRow, int64_t outColumn, const char *a, int64_t row, int64_t column, double *value, double *low);
    // Sort keys of n contiguous elements, u64 for types of 8 bytes, else u32; the least of each KEYS of them, and the largest of all
    using SortKeys = void (*)(int64_t n, const char *a, bool descending, void *keys, void *least, void *most);
    // Elements of `blocks` blocks from block `first` on
    using Random = void (*)(const Draw &draw, uint64_t first, int64_t blocks, char *out);

    // One row; `log`: of its logarithm
    using Softmax = void (*)(bool log, int64_t n, char *out, int64_t outStride, const char *a, int64_t aStride);
    // One row: (a - mean) / sqrt(variance + epsilon) scale + shift; scale and shift may be null
    using Normalize = void (*)(const RowForm &row, double epsilon, char *const *at);
    // n adjacent elements of a row: y = f(y + bias)
    using Finish = void (*)(int64_t n, char *y, const char *bias);
    // n adjacent elements of a row: x += gate (y + bias)
    using AddGated = void (*)(int64_t n, char *x, const char *gate, const char *y, const char *bias);

    static constexpr int64_t COLUMNS = 2048, ARG_COLUMNS = 1024, KEYS = 32;

    const char *name;
    Unary unary[13][5];
    Binary binary[7][5];
    Unary cast[6][6];       // [from][to]
    Unary move[4];          // by log2 of the element's size
    Transpose transpose[4];
    Axpby axpby[2];
    Reduce reduce[4][6];
    ReduceColumns reduceColumns[4][6];
    FirstNonFinite firstNonFinite[3];
    ArgRun argRun[2][6];            // MIN, MAX
    ArgColumns argColumns[2][6];
    ScanRun scanRun[4][6];          // SUM, MIN, MAX, PRODUCT; sums and products of integers are I64
    ScanColumns scanColumns[4][6];
    SortKeys sortKeys[6];
    Random random[3][2];    // [distribution]: F64, F32; INTEGERS: I64, I32
    Softmax softmax[3];
    Normalize normalize[3];
    Finish finish[4][2];    // nothing, GELU, its tanh approximation, SiLU
    AddGated addGated[2];
};

extern const Kernels kernels_v2, kernels_v3, kernels_v4, kernels_v8;

}  // namespace eckart
