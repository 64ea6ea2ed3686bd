// The double of libcudart.so.13: one device, whose work is done when it is asked for. Fresh memory is poisoned, freed memory too.
//
// ECKART_DOUBLE_MEMORY: bytes of the device (default 2 GiB). ECKART_DOUBLE_FAIL: see memory.h.
#include "memory.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>

namespace {

constexpr int INVALID_VALUE = 1, OUT_OF_MEMORY = 2, INVALID_DEVICE = 101, INVALID_HANDLE = 400;
constexpr size_t GUARD = 64;

std::mutex mutex;
std::map<char *, size_t> blocks;
size_t used = 0;
int stream, pool, event;  // their addresses are the handles
thread_local int current = 0;

size_t total() {
    const char *set = getenv("ECKART_DOUBLE_MEMORY");
    return set ? strtoull(set, nullptr, 10) : size_t(2) << 30;
}

int take(void **out, size_t bytes) {
    std::lock_guard<std::mutex> lock(mutex);
    *out = nullptr;
    if (bytes > total() || used > total() - bytes) return OUT_OF_MEMORY;
    char *block = static_cast<char *>(aligned_alloc(64, (bytes + GUARD + 63) / 64 * 64));
    memset(block, 0xF9, bytes + GUARD);
    blocks[block] = bytes;
    used += bytes;
    *out = block;
    return 0;
}

int give(void *address) {
    if (address == nullptr) return 0;
    std::lock_guard<std::mutex> lock(mutex);
    auto found = blocks.find(static_cast<char *>(address));
    if (found == blocks.end()) return INVALID_VALUE;
    for (size_t i = 0; i < GUARD; i++)
        if (found->first[found->second + i] != char(0xF9)) {
            fprintf(stderr, "double: something was written behind a block of %zu bytes\n", found->second);
            abort();
        }
    memset(found->first, 0xF7, found->second);
    used -= found->second;
    free(found->first);
    blocks.erase(found);
    return 0;
}

int status(const char *call) { return eckart_double_status(call); }

}  // namespace

extern "C" {

bool eckart_double_owns(const void *address, size_t bytes, const char *call) {
    if (bytes == 0) return true;
    std::lock_guard<std::mutex> lock(mutex);
    char *at = static_cast<char *>(const_cast<void *>(address));
    auto next = blocks.upper_bound(at);
    if (next != blocks.begin()) {
        auto block = std::prev(next);
        if (at >= block->first && at + bytes <= block->first + block->second) return true;
    }
    fprintf(stderr, "double: %s: %zu bytes at %p are not in a block of device memory\n", call, bytes, address);
    return false;
}

int eckart_double_status(const char *call) {
    const char *set = getenv("ECKART_DOUBLE_FAIL");
    const char *found = set ? strstr(set, (std::string(call) + "=").c_str()) : nullptr;
    return found && (found == set || found[-1] == ',') ? atoi(found + strlen(call) + 1) : 0;
}

const char *cudaGetErrorName(int code) {
    switch (code) {
        case 0: return "cudaSuccess";
        case 2: return "cudaErrorMemoryAllocation";
        case 35: return "cudaErrorInsufficientDriver";
        case 100: return "cudaErrorNoDevice";
        case 700: return "cudaErrorIllegalAddress";
        default: return "cudaErrorOfTheDouble";
    }
}
int cudaGetLastError() { return 0; }
int cudaGetDeviceCount(int *count) {
    *count = 1;
    return status("cudaGetDeviceCount");
}
int cudaDriverGetVersion(int *version) {
    *version = status("cudaGetDeviceCount") == 35 ? 12040 : 13000;
    return 0;
}
int cudaSetDevice(int index) {
    current = index;
    return index == 0 ? status("cudaSetDevice") : INVALID_DEVICE;
}
int cudaDeviceGetAttribute(int *value, int attribute, int device) {
    if (device != 0) return INVALID_DEVICE;
    *value = attribute == 75 ? 9 : attribute == 76 ? 0 : attribute == 16 ? 1 : attribute == 115 ? getenv("ECKART_DOUBLE_NO_POOL") == nullptr : 0;
    return 0;
}
int cudaDeviceGetDefaultMemPool(void **out, int) {
    *out = &pool;
    return 0;
}
int cudaMemPoolSetAttribute(void *which, int, void *) { return which == &pool ? 0 : INVALID_HANDLE; }
int cudaMemPoolGetAttribute(void *which, int attribute, void *value) {
    if (which != &pool) return INVALID_HANDLE;
    memset(value, 0, 8);
    return attribute == 5 || attribute == 7 ? 0 : INVALID_VALUE;
}
int cudaMemPoolTrimTo(void *which, size_t) { return which == &pool ? 0 : INVALID_HANDLE; }
int cudaMemGetInfo(size_t *free, size_t *all) {
    std::lock_guard<std::mutex> lock(mutex);
    *free = total() - used;
    *all = total();
    return status("cudaMemGetInfo");
}
int cudaMalloc(void **out, size_t bytes) { return status("cudaMalloc") ? status("cudaMalloc") : take(out, bytes); }
int cudaMallocAsync(void **out, size_t bytes, void *on) {
    if (on != &stream) return INVALID_HANDLE;
    return status("cudaMallocAsync") ? status("cudaMallocAsync") : take(out, bytes);
}
int cudaFree(void *address) { return give(address); }
int cudaFreeAsync(void *address, void *on) { return on == &stream ? give(address) : INVALID_HANDLE; }
int cudaMallocHost(void **out, size_t bytes) {
    *out = aligned_alloc(64, (bytes + 63) / 64 * 64);
    return *out ? 0 : OUT_OF_MEMORY;
}
int cudaMemcpyAsync(void *to, const void *from, size_t bytes, int kind, void *on) {
    if (on != &stream) return INVALID_HANDLE;
    if (kind == 1 ? !eckart_double_owns(to, bytes, "cudaMemcpyAsync") : kind == 2 ? !eckart_double_owns(from, bytes, "cudaMemcpyAsync") : true)
        return INVALID_VALUE;
    memcpy(to, from, bytes);
    return status("cudaMemcpyAsync");
}
int cudaMemsetAsync(void *at, int value, size_t bytes, void *on) {
    if (on != &stream) return INVALID_HANDLE;
    if (!eckart_double_owns(at, bytes, "cudaMemsetAsync")) return INVALID_VALUE;
    memset(at, value, bytes);
    return 0;
}
int cudaStreamCreateWithFlags(void **out, unsigned flags) {
    *out = &stream;
    return flags == 1 ? 0 : INVALID_VALUE;
}
int cudaStreamSynchronize(void *on) { return on == &stream ? status("cudaStreamSynchronize") : INVALID_HANDLE; }
int cudaEventCreateWithFlags(void **out, unsigned flags) {
    *out = &event;
    return flags == 2 ? 0 : INVALID_VALUE;
}
int cudaEventRecord(void *which, void *on) { return which == &event && on == &stream ? 0 : INVALID_HANDLE; }
int cudaEventSynchronize(void *which) { return which == &event ? 0 : INVALID_HANDLE; }

}  // extern "C"
