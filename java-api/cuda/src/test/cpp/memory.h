// What the doubles of CUDA's libraries share: "device" memory is host memory of which each block is known, so that every address that
// a call is given can be checked. Lives in libcudart.so.13.
#pragma once
#include <cstddef>
#include <utility>

extern "C" {
// Which device has [address, address + bytes) in one block of its memory; -1 for none
int eckart_double_place(const void *address, size_t bytes);
// Whether the current one does; says on standard error when not
//
// Where this thread captures, the memory belongs to the graph too, which looks at each launch whether it is still there
bool eckart_double_owns(const void *address, size_t bytes, const char *call);
int eckart_double_device();  // the one that this thread has set
// What the environment wants a call to return: ECKART_DOUBLE_FAIL is "call=code,call=code"; 0 when nothing. "once call=code": the first
// time alone
int eckart_double_status(const char *call);
// The failure of a call of the runtime that this thread has not asked for by cudaGetLastError; 0 when none
int eckart_double_last();
// Counts a call: cudaGetErrorName(-1) tells how often each was made, "cudaMalloc 3 cuLaunchKernel 17"
void eckart_double_count(const char *call);
// Puts work into a stream: it is done when somebody waits for it, and not before, so that what lacks a wait reads what is not there
// yet. All work of all streams is done one after the other. Of a stream that is captured it is kept, and done at each launch of the
// graph; destroy() frees the data.
//
// ECKART_DOUBLE_FAIL="launch NAME=code": a kernel of that name is not launched, and cuLaunchKernel returns the code.
//
// ECKART_DOUBLE_FAIL="fault NAME=code", with a kernel's name or gemm: the work of such calls is a fault when its turn comes. From then
// on no work is done, and every call that the manual says may return errors of earlier launches returns the code.
void eckart_double_enqueue(void *stream, void (*work)(void *), void *data, void (*destroy)(void *));
bool eckart_double_stream(const void *stream);  // whether there is such on the current device
void eckart_double_fault(int code);
int eckart_double_faulted();  // the code; 0 when the device is sound
}

template <class Work> void enqueue(void *stream, Work work) {
    eckart_double_enqueue(
        stream, [](void *data) { (*static_cast<Work *>(data))(); }, new Work(std::move(work)), [](void *data) { delete static_cast<Work *>(data); });
}
