#include "isa.h"

#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "eckart.h"

namespace eckart {
namespace {

const Kernels *choose() {
    __builtin_cpu_init();
    const char *limit = std::getenv("ECKART_ISA");  // another text than v2, v3, v4 limits nothing
    auto allowed = [&](const char *name) { return limit == nullptr || std::strcmp(limit, name) >= 0 || limit[0] != 'v'; };
    if (allowed("v4") && __builtin_cpu_supports("x86-64-v4")) return &kernels_v4;
    if (allowed("v3") && __builtin_cpu_supports("x86-64-v3")) return &kernels_v3;
    return __builtin_cpu_supports("x86-64-v2") ? &kernels_v2 : nullptr;
}

const Kernels *const chosen = choose();

}  // namespace

const Kernels &kernels() {
    if (chosen == nullptr) throw std::runtime_error("kernels: this processor lacks x86-64-v2 (SSE 4.2), the least that Eckart runs on");
    return *chosen;
}

const char *instructionSet() { return chosen == nullptr ? "none: the processor lacks x86-64-v2" : chosen->name; }

}  // namespace eckart
