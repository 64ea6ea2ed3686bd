// The double of libcudart.so.13: one device, whose streams do their work when they are waited for. Fresh memory is poisoned, freed
// memory too.
//
// ECKART_DOUBLE_MEMORY: bytes of the device (default 2 GiB). ECKART_DOUBLE_FAIL: see memory.h.
#include "memory.h"

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace {

constexpr int INVALID_VALUE = 1, OUT_OF_MEMORY = 2, INVALID_DEVICE = 101, INVALID_HANDLE = 400;
constexpr size_t GUARD = 64;

std::mutex mutex;
std::map<char *, size_t> blocks;
size_t used = 0;
thread_local int current = 0;

// ---- streams: queues of work, under one lock, as the work itself is
struct Mark { bool done = false; struct Stream *stream; };
struct Stream { std::deque<std::function<void()>> work; };
struct Event { std::shared_ptr<Mark> last; };

std::recursive_mutex device;
std::set<Stream *> streams;
std::atomic<int> fault{0};

void finish(Stream *s) {
    while (!s->work.empty() && !fault) {
        const std::function<void()> next = std::move(s->work.front());
        s->work.pop_front();
        next();
    }
}
void finish(const std::shared_ptr<Mark> &mark) {
    while (mark && !mark->done && !fault) {
        const std::function<void()> next = std::move(mark->stream->work.front());
        mark->stream->work.pop_front();
        next();
    }
}
void finishAll() {
    std::lock_guard<std::recursive_mutex> lock(device);
    for (Stream *s : streams) finish(s);
}
Stream *known(void *on) {
    std::lock_guard<std::recursive_mutex> lock(device);
    return streams.count(static_cast<Stream *>(on)) ? static_cast<Stream *>(on) : nullptr;
}

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

int status(const char *call) { return fault ? fault.load() : eckart_double_status(call); }

}  // namespace

extern "C" {

void eckart_double_fault(int code) { fault = code; }
int eckart_double_faulted() { return fault; }
bool eckart_double_stream(const void *stream) { return known(const_cast<void *>(stream)) != nullptr; }
void eckart_double_enqueue(void *stream, void (*work)(void *), void *data) {
    std::lock_guard<std::recursive_mutex> lock(device);
    static_cast<Stream *>(stream)->work.push_back([=] { work(data); });
}

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
        case 719: return "cudaErrorLaunchFailure";
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
    *value = attribute == 75 ? 9 : attribute == 76 ? 0 : attribute == 16 ? 1 : 0;
    return 0;
}
int cudaMemGetInfo(size_t *free, size_t *all) {
    std::lock_guard<std::mutex> lock(mutex);
    *free = total() - used;
    *all = total();
    return status("cudaMemGetInfo");
}
int cudaMalloc(void **out, size_t bytes) { return status("cudaMalloc") ? status("cudaMalloc") : take(out, bytes); }
int cudaFree(void *address) {
    finishAll();
    return status("cudaFree") ? status("cudaFree") : give(address);
}
int cudaMallocHost(void **out, size_t bytes) {
    *out = aligned_alloc(64, (bytes + 63) / 64 * 64);
    return *out ? status("cudaMallocHost") : OUT_OF_MEMORY;
}
int cudaMemcpyAsync(void *to, const void *from, size_t bytes, int kind, void *on) {
    if (!known(on)) return INVALID_HANDLE;
    if (kind == 1 ? !eckart_double_owns(to, bytes, "cudaMemcpyAsync") : kind == 2 ? !eckart_double_owns(from, bytes, "cudaMemcpyAsync") : true)
        return INVALID_VALUE;
    enqueue(on, [=] { memcpy(to, from, bytes); });
    return status("cudaMemcpyAsync");
}
int cudaMemsetAsync(void *at, int value, size_t bytes, void *on) {
    if (!known(on)) return INVALID_HANDLE;
    if (!eckart_double_owns(at, bytes, "cudaMemsetAsync")) return INVALID_VALUE;
    enqueue(on, [=] { memset(at, value, bytes); });
    return status("cudaMemsetAsync");
}
int cudaStreamCreateWithFlags(void **out, unsigned flags) {
    std::lock_guard<std::recursive_mutex> lock(device);
    Stream *made = new Stream;
    streams.insert(made);
    *out = made;
    return flags == 1 ? status("cudaStreamCreateWithFlags") : INVALID_VALUE;
}
int cudaStreamSynchronize(void *on) {
    std::lock_guard<std::recursive_mutex> lock(device);
    if (!known(on)) return INVALID_HANDLE;
    finish(known(on));
    return status("cudaStreamSynchronize");
}
int cudaDeviceSynchronize() {
    finishAll();
    return status("cudaDeviceSynchronize");
}
int cudaEventCreateWithFlags(void **out, unsigned flags) {
    *out = new Event;
    return flags == 2 ? status("cudaEventCreateWithFlags") : INVALID_VALUE;
}
int cudaEventRecord(void *which, void *on) {
    std::lock_guard<std::recursive_mutex> lock(device);
    if (!known(on)) return INVALID_HANDLE;
    const auto mark = std::make_shared<Mark>();
    mark->stream = known(on);
    mark->stream->work.push_back([mark] { mark->done = true; });
    static_cast<Event *>(which)->last = mark;
    return status("cudaEventRecord");
}
// Waits for the event as it was recorded before this call; for none, if it never was
int cudaStreamWaitEvent(void *on, void *which, unsigned flags) {
    std::lock_guard<std::recursive_mutex> lock(device);
    if (!known(on) || flags != 0) return INVALID_HANDLE;
    const auto mark = static_cast<Event *>(which)->last;
    known(on)->work.push_back([mark] { finish(mark); });
    return status("cudaStreamWaitEvent");
}
int cudaEventSynchronize(void *which) {
    std::lock_guard<std::recursive_mutex> lock(device);
    finish(static_cast<Event *>(which)->last);
    return status("cudaEventSynchronize");
}

}  // extern "C"
