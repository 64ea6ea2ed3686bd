#include "isa.h"

#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "eckart.h"

namespace eckart {
namespace {

struct Loops {
    const Kernels *kernels;
    const Panels *panels;
    const Spmm *spmm;
    const Small *small;
    const Packed *packed;
    const Jacobi *jacobi;
    const Bf16 *bf16;
};

#if defined(__aarch64__)

Loops choose() { return {&kernels_v8, &panels_v8, &spmm_v8, &small_v8, &packed_v8, &jacobi_v8, &bf16_v8}; }

#else

Loops choose() {
    __builtin_cpu_init();
    const char *limit = std::getenv("ECKART_ISA");  // another text than v2, v3, v4 limits nothing
    auto allowed = [&](const char *name) { return limit == nullptr || std::strcmp(limit, name) >= 0 || limit[0] != 'v'; };
    if (allowed("v4") && __builtin_cpu_supports("x86-64-v4")) {
        const Bf16 *bf16 = __builtin_cpu_supports("avx512bf16") ? &bf16_v4bf16 : &bf16_v4;
        return {&kernels_v4, &panels_v4, &spmm_v4, &small_v4, &packed_v4, &jacobi_v4, bf16};
    }
    if (allowed("v3") && __builtin_cpu_supports("x86-64-v3")) return {&kernels_v3, &panels_v3, &spmm_v3, &small_v3, &packed_v3, &jacobi_v3, &bf16_v3};
    if (__builtin_cpu_supports("x86-64-v2")) return {&kernels_v2, &panels_v2, &spmm_v2, &small_v2, &packed_v2, &jacobi_v2, &bf16_v2};
    return {};
}

#endif

const Loops chosen = choose();

const Loops &available() {
    if (chosen.kernels == nullptr) throw std::runtime_error("kernels: this processor lacks x86-64-v2 (SSE 4.2), the least that Eckart runs on");
    return chosen;
}

}  // namespace

const Kernels &kernels() { return *available().kernels; }

const Panels &panels() { return *available().panels; }

const Spmm &spmmLoops() { return *available().spmm; }

const Small &smallProducts() { return *available().small; }

const Packed &packedProducts() { return *available().packed; }

const Jacobi &jacobiLoops() { return *available().jacobi; }

const Bf16 &bf16Products() { return *available().bf16; }

const char *instructionSet() { return chosen.kernels == nullptr ? "none: the processor lacks x86-64-v2" : chosen.kernels->name; }

}  // namespace eckart
