// What the doubles of CUDA's libraries share: "device" memory is host memory of which each block is known, so that every address that
// a call is given can be checked. Lives in libcudart.so.13.
#pragma once
#include <cstddef>
#include <utility>

extern "C" {
// Whether [address, address + bytes) lies in one block of device memory; says on standard error when not
bool eckart_double_owns(const void *address, size_t bytes, const char *call);
// What the environment wants a call to return: ECKART_DOUBLE_FAIL is "call=code,call=code"; 0 when nothing
int eckart_double_status(const char *call);
// Puts work into a stream: it is done when somebody waits for it, and not before, so that what lacks a wait reads what is not there
// yet. All work of all streams is done one after the other.
//
// ECKART_DOUBLE_FAIL="fault NAME=code", with a kernel's name or gemm: the work of such calls is a fault when its turn comes. From then
// on no work is done, and every call that the manual says may return errors of earlier launches returns the code.
void eckart_double_enqueue(void *stream, void (*work)(void *), void *data);
bool eckart_double_stream(const void *stream);
void eckart_double_fault(int code);
int eckart_double_faulted();  // the code; 0 when the device is sound
}

template <class Work> void enqueue(void *stream, Work work) {
    eckart_double_enqueue(
        stream,
        [](void *data) {
            Work *mine = static_cast<Work *>(data);
            (*mine)();
            delete mine;
        },
        new Work(std::move(work)));
}
