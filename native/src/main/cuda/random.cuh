// random: the numbers that philox.h defines, the same bits as the CPU's. One thread for each block of Philox, which is 2 elements of
// 64 bits, or 4 f32.
#pragma once
#include "device.cuh"
#include "philox.h"

namespace eckart {

struct RandomArgs {
    u64 seed, stream, offset;        // the first element of a row is number `offset` of its stream
    long rows, count;                // elements of a row
    const u64 *streams;              // of each row, counted from `stream`; or none: all are of `stream`
    char *out;
    double a, b, width, below;       // as in isa.h's Draw
    long low;
    u64 range;
};

namespace {

struct Words { u32 w0, w1, w2, w3; };

// numbers(words, to) makes the PER elements of a block; those inside the range are written
template <class T, int PER, class Numbers> ECKART_FN void draw(const RandomArgs &args, Numbers numbers) {
    const u64 end = args.offset + u64(args.count), firstBlock = args.offset / PER, blocks = (end + PER - 1) / PER - firstBlock;
    for (u64 i = u64(firstIndex()); i < u64(args.rows) * blocks; i += u64(indexStep())) {
        const u64 row = args.rows == 1 ? 0 : i / blocks, block = firstBlock + i - row * blocks;
        const u64 stream = args.stream + (args.streams ? args.streams[row] : 0);
        T *out = reinterpret_cast<T *>(args.out) + row * u64(args.count);
        Words w{u32(block), u32(block >> 32), u32(stream), u32(stream >> 32)};
        philox(w.w0, w.w1, w.w2, w.w3, u32(args.seed), u32(args.seed >> 32));
        T number[PER];
        numbers(w, number);
        for (int k = 0; k < PER; k++) {
            const u64 element = block * PER + k;
            if (element >= args.offset && element < end) out[element - args.offset] = number[k];
        }
    }
}

ECKART_FN void uniform(const RandomArgs &args, double) {
    draw<double, 2>(args, [=](Words w, double *to) {
        to[0] = spread(uniform53(w.w0, w.w1), args.a, args.width, args.below);
        to[1] = spread(uniform53(w.w2, w.w3), args.a, args.width, args.below);
    });
}
ECKART_FN void uniform(const RandomArgs &args, float) {
    const float a = float(args.a), width = float(args.width), below = float(args.below);
    draw<float, 4>(args, [=](Words w, float *to) {
        to[0] = spread(uniform24(w.w0), a, width, below);
        to[1] = spread(uniform24(w.w1), a, width, below);
        to[2] = spread(uniform24(w.w2), a, width, below);
        to[3] = spread(uniform24(w.w3), a, width, below);
    });
}
ECKART_FN void normal(const RandomArgs &args, double) {
    draw<double, 2>(args, [=](Words w, double *to) { normalPair(w.w0, w.w1, w.w2, w.w3, args.a, args.b, to[0], to[1]); });
}
ECKART_FN void normal(const RandomArgs &args, float) {
    const float mean = float(args.a), deviation = float(args.b);
    draw<float, 4>(args, [=](Words w, float *to) {
        normalPair(w.w0, w.w1, mean, deviation, to[0], to[1]);
        normalPair(w.w2, w.w3, mean, deviation, to[2], to[3]);
    });
}
template <class T> ECKART_FN void integers(const RandomArgs &args) {
    draw<T, 2>(args, [=](Words w, T *to) {
        to[0] = T(u64(args.low) + highProduct(w.w0, w.w1, args.range));
        to[1] = T(u64(args.low) + highProduct(w.w2, w.w3, args.range));
    });
}

}  // namespace
}  // namespace eckart

#define ECKART_RANDOM()                                                             \
    ECKART_KERNEL(uniform_f64, RandomArgs) { eckart::uniform(args, 0.0); }          \
    ECKART_KERNEL(uniform_f32, RandomArgs) { eckart::uniform(args, 0.0f); }         \
    ECKART_KERNEL(normal_f64, RandomArgs) { eckart::normal(args, 0.0); }            \
    ECKART_KERNEL(normal_f32, RandomArgs) { eckart::normal(args, 0.0f); }           \
    ECKART_KERNEL(integers_i64, RandomArgs) { eckart::integers<long>(args); }       \
    ECKART_KERNEL(integers_i32, RandomArgs) { eckart::integers<int>(args); }
