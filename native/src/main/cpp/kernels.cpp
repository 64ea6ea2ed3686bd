// The inner loops, compiled once per instruction set (ECKART_ISA = v2, v3 or v4 of x86-64, v8 of arm64) into a table named after it.
//
// Everything but the table has internal linkage, and no std header with inline functions comes in: the linker keeps one copy
// of a function that several objects hold, and it must not be one with instructions that the processor lacks.
#include "loops_arg.h"
#include "loops_finish.h"
#include "loops_map.h"
#include "loops_move.h"
#include "loops_random.h"
#include "loops_reduce.h"
#include "loops_rows.h"
#include "loops_scan.h"

#define ECKART_PASTE(a, b) a##b
#define ECKART_TABLE(isa) ECKART_PASTE(kernels_, isa)

#define UNARY_FLOATS(F) mapUnary<F, double, double>, mapUnary<F, float, float>, mapUnary<F, BFloat16, BFloat16>
#define UNARY(F) {UNARY_FLOATS(F), mapUnary<F, int64_t, int64_t>, mapUnary<F, int32_t, int32_t>}
#define BINARY(F) {mapBinary<F, double>, mapBinary<F, float>, mapBinary<F, BFloat16>, mapBinary<F, int64_t>, mapBinary<F, int32_t>}
#define CASTS(A) {mapUnary<Cast<double>, A, double>, mapUnary<Cast<float>, A, float>, mapUnary<Cast<BFloat16>, A, BFloat16>, \
                  mapUnary<Cast<int64_t>, A, int64_t>, mapUnary<Cast<int32_t>, A, int32_t>, mapUnary<Cast<uint8_t>, A, uint8_t>}
#define FINISH(F) {finishLoop<F, double>, finishLoop<F, float>}
#define TYPES(LOOP, OP) {LOOP<OP, double>, LOOP<OP, float>, LOOP<OP, BFloat16>, LOOP<OP, int64_t>, LOOP<OP, int32_t>, LOOP<OP, uint8_t>}
#define REDUCTIONS(LOOP) {TYPES(LOOP, Sum), TYPES(LOOP, Extremum<Min>), TYPES(LOOP, Extremum<Max>), TYPES(LOOP, SumOfSquares)}
#define FLOAT_SCANS(LOOP, OP) LOOP<OP, double, double>, LOOP<OP, float, float>, LOOP<OP, BFloat16, BFloat16>
#define EXTREMA(LOOP, OP) {FLOAT_SCANS(LOOP, OP), LOOP<OP, int64_t, int64_t>, LOOP<OP, int32_t, int32_t>, LOOP<OP, uint8_t, uint8_t>}
#define TOTALS(LOOP, OP) {FLOAT_SCANS(LOOP, OP), LOOP<OP, int64_t, int64_t>, LOOP<OP, int32_t, int64_t>, LOOP<OP, uint8_t, int64_t>}
#define SCANS(LOOP) {TOTALS(LOOP, Sum), EXTREMA(LOOP, Extremum<Min>), EXTREMA(LOOP, Extremum<Max>), TOTALS(LOOP, Product)}

namespace eckart {

const Kernels ECKART_TABLE(ECKART_ISA) = {
    ECKART_ISA_NAME,
    {UNARY(Neg), UNARY(Abs), UNARY(Square), {UNARY_FLOATS(Sqrt)}, {UNARY_FLOATS(Reciprocal)}, {UNARY_FLOATS(Exp)},
     {UNARY_FLOATS(Log)}, {UNARY_FLOATS(Tanh)}, {UNARY_FLOATS(Sigmoid)}, UNARY(Sign), {UNARY_FLOATS(Erf)},
     {UNARY_FLOATS(Silu)}, {UNARY_FLOATS(Gelu)}},
    {BINARY(Add), BINARY(Sub), BINARY(Mul), BINARY(Div), BINARY(Min), BINARY(Max), BINARY(Pow)},
    {CASTS(double), CASTS(float), CASTS(BFloat16), CASTS(int64_t), CASTS(int32_t), CASTS(uint8_t)},
    {mapUnary<Same, uint8_t, uint8_t>, mapUnary<Same, uint16_t, uint16_t>, mapUnary<Same, float, float>, mapUnary<Same, double, double>},
    {transposeLoop<uint8_t>, transposeLoop<uint16_t>, transposeLoop<float>, transposeLoop<double>},
    {axpbyLoop<double>, axpbyLoop<float>},
    REDUCTIONS(reduceLoop),
    REDUCTIONS(reduceColumnsLoop),
    {firstNonFiniteLoop<uint64_t, 0x7ff0000000000000>, firstNonFiniteLoop<uint32_t, 0x7f800000>, firstNonFiniteLoop<uint16_t, 0x7f80>},
    {TYPES(argRun, Min), TYPES(argRun, Max)},
    {TYPES(argColumns, Min), TYPES(argColumns, Max)},
    SCANS(scanRun),
    SCANS(scanColumns),
    {sortKeys<double>, sortKeys<float>, sortKeys<BFloat16>, sortKeys<int64_t>, sortKeys<int32_t>, sortKeys<uint8_t>},
    {{uniform64, uniform32}, {normal64, normal32}, {integers<int64_t>, integers<int32_t>}},
    {softmaxLoop<double>, softmaxLoop<float>, softmaxLoop<BFloat16>},
    {normalizeLoop<double>, normalizeLoop<float>, normalizeLoop<BFloat16>},
    {FINISH(Identity), FINISH(Gelu), FINISH(GeluTanh), FINISH(Silu)},
    {addGatedLoop<double>, addGatedLoop<float>},
};

}  // namespace eckart
