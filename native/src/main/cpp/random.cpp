// random: the elements [offset, offset + count) of a Philox stream, see philox.h. Whole blocks go straight to the output, the
// first and the last pass through a block of their own where the range cuts them.
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "eckart.h"
#include "isa.h"
#include "operands.h"

namespace eckart {
namespace {

enum Distribution : int { UNIFORM, NORMAL, INTEGERS };

int64_t toInteger(double x) { return x >= 0x1p63 ? INT64_MAX : x <= -0x1p63 ? INT64_MIN : int64_t(x); }

Draw drawOf(int type, int64_t seed, int64_t stream, double a, double b) {
    Draw draw{uint64_t(seed), uint64_t(stream), a, b, 0, 0, toInteger(a), 0};
    draw.range = uint64_t(toInteger(b)) - uint64_t(draw.low);
    if (type == F32) {
        const float low = float(a), high = float(b);
        draw.a = low;
        draw.b = high;
        draw.width = high - low;
        draw.below = std::fmax(low, std::nextafter(high, low));
    } else {
        draw.width = b - a;
        draw.below = std::fmax(a, std::nextafter(b, a));
    }
    return draw;
}

}  // namespace

void random(int distribution, int type, int64_t seed, int64_t stream, int64_t offset, double a, double b, int64_t out, int64_t count, int threads) {
    const bool integers = distribution == INTEGERS;
    if (integers ? type != I64 && type != I32 : type != F64 && type != F32)
        throw std::invalid_argument("random: the distribution does not exist for this element type");
    const Draw draw = drawOf(type, seed, stream, a, b);
    const Kernels::Random loop = kernels().random[distribution][integers ? type - I64 : type];
    const int64_t size = sizeOf(type), perBlock = integers || type == F64 ? 2 : 4;
    parallelRanges(count, GRAIN, threads, [&](int64_t begin, int64_t end) {
        char *to = reinterpret_cast<char *>(out) + begin * size;
        uint64_t element = uint64_t(offset) + uint64_t(begin), left = uint64_t(end - begin);
        while (left > 0) {
            const uint64_t block = element / perBlock, skip = element % perBlock;
            uint64_t done;
            if (skip == 0 && left >= uint64_t(perBlock)) {
                done = left / perBlock * perBlock;
                loop(draw, block, int64_t(done / perBlock), to);
            } else {
                char part[16];
                loop(draw, block, 1, part);
                done = std::min<uint64_t>(perBlock - skip, left);
                std::memcpy(to, part + skip * size, done * size);
            }
            to += done * size;
            element += done;
            left -= done;
        }
    });
}

}  // namespace eckart
