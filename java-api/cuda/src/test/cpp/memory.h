// What the doubles of CUDA's libraries share: "device" memory is host memory of which each block is known, so that every address that
// a call is given can be checked. Lives in libcudart.so.13.
#pragma once
#include <cstddef>

extern "C" {
// Whether [address, address + bytes) lies in one block of device memory; says on standard error when not
bool eckart_double_owns(const void *address, size_t bytes, const char *call);
// What the environment wants a call to return: ECKART_DOUBLE_FAIL is "call=code,call=code"; 0 when nothing
int eckart_double_status(const char *call);
}
