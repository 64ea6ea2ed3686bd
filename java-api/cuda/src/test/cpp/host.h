// Kernels as host code: the threads of a block run one after the other; where they wait for each other, each has a stack of its own
// and runs from one barrier to the next.
#pragma once
#include <setjmp.h>
#include <ucontext.h>

#include <cstring>
#include <vector>

namespace host {

struct Index { unsigned x, y, z; };
static Index thread, block, blockSize, gridSize;

// A fiber is started by its context, once, and switched to by _longjmp, which asks nothing of the kernel; it goes from body to body
struct Fiber {
    ucontext_t context;
    jmp_buf place;
    bool started = false, ended = false;
    char stack[64 << 10];
};
static std::vector<Fiber *> fibers;
static jmp_buf scheduler;
static void (*fiberBody)(const void *);
static const void *fiberArgs;

static void enter(int me) {
    for (;;) {
        fiberBody(fiberArgs);
        fibers[me]->ended = true;
        if (_setjmp(fibers[me]->place) == 0) _longjmp(scheduler, 1);
    }
}

static void barrier() {
    if (_setjmp(fibers[thread.x]->place) == 0) _longjmp(scheduler, 1);
}

static __attribute__((noinline)) void resume(unsigned t) {
    thread.x = t;
    if (_setjmp(scheduler) != 0) return;
    Fiber *fiber = fibers[t];
    if (fiber->started) _longjmp(fiber->place, 1);
    fiber->started = true;
    getcontext(&fiber->context);
    fiber->context.uc_stack.ss_sp = fiber->stack;
    fiber->context.uc_stack.ss_size = sizeof fiber->stack;
    fiber->context.uc_link = nullptr;
    makecontext(&fiber->context, reinterpret_cast<void (*)()>(enter), 1, int(t));
    setcontext(&fiber->context);
}

static void runBlockWithBarriers(void (*body)(const void *), const void *args, unsigned threads) {
    fiberBody = body;
    fiberArgs = args;
    while (fibers.size() < threads) fibers.push_back(new Fiber);
    for (unsigned t = 0; t < threads; t++) fibers[t]->ended = false;
    for (bool running = true; running;) {
        running = false;
        for (unsigned t = 0; t < threads; t++) {
            if (fibers[t]->ended) continue;
            running = true;
            resume(t);
        }
    }
}

template <class Args> void run(void (*body)(const void *), const void *args, unsigned blocks, unsigned threads, bool barriers) {
    Args copy;
    std::memcpy(&copy, args, sizeof(Args));
    gridSize = {blocks, 1, 1};
    blockSize = {threads, 1, 1};
    for (unsigned b = 0; b < blocks; b++) {
        block = {b, 0, 0};
        if (barriers) {
            runBlockWithBarriers(body, &copy, threads);
        } else {
            for (unsigned t = 0; t < threads; t++) {
                thread = {t, 0, 0};
                body(&copy);
            }
        }
    }
}

template <class T> T least(T *at, T x) {
    T old = *at;
    if (x < old) *at = x;
    return old;
}

}  // namespace host

#define threadIdx host::thread
#define blockIdx host::block
#define blockDim host::blockSize
#define gridDim host::gridSize
#define __shared__ static
#define __syncthreads() host::barrier()
#define atomicMin(at, x) host::least(at, x)

#define ECKART_HOST_KERNEL(name, Args, barriers)                                                                              \
    static void name##_body(const eckart::Args &args);                                                                        \
    static void name##_enter(const void *args) { name##_body(*static_cast<const eckart::Args *>(args)); }                     \
    extern "C" __attribute__((visibility("default"))) const unsigned long name##_size;                                        \
    const unsigned long name##_size = sizeof(eckart::Args);                                                                   \
    extern "C" __attribute__((visibility("default"))) void name(const void *args, unsigned blocks, unsigned threads) {        \
        host::run<eckart::Args>(name##_enter, args, blocks, threads, barriers);                                               \
    }                                                                                                                         \
    static void name##_body(const eckart::Args &args)
#define ECKART_KERNEL(name, Args) ECKART_HOST_KERNEL(name, Args, false)
#define ECKART_BLOCK_KERNEL(name, Args) ECKART_HOST_KERNEL(name, Args, true)
