// The double of libcudart.so.13: devices whose streams do their work when they are waited for. Fresh memory is poisoned, freed memory
// too. What belongs to one device is refused where another one is current, as the CUDA Programming Guide has it (Multi-Device System).
//
// What the calls do is that of the CUDA Runtime API: Device Management (cudaGetDeviceCount, cudaSetDevice, cudaDeviceGetAttribute,
// cudaDeviceSynchronize), Error Handling (cudaGetErrorName, cudaGetLastError), Version Management (cudaDriverGetVersion), Memory
// Management (cudaMalloc, cudaFree, cudaMallocHost, cudaFreeHost, cudaMemGetInfo, cudaMemcpyAsync, cudaMemsetAsync), Stream Management
// (cudaStreamCreateWithFlags, cudaStreamSynchronize, cudaStreamWaitEvent, cudaStreamBeginCapture, cudaStreamEndCapture), Event Management
// (cudaEventCreateWithFlags, cudaEventRecord, cudaEventSynchronize), Graph Management (cudaGraphInstantiate, cudaGraphLaunch,
// cudaGraphDestroy, cudaGraphExecDestroy). Numbers are sections of the CUDA Programming Guide.
//
// While a thread captures, work is kept in place of being done, and what the guide forbids there (4.2.2.1.2.2, Prohibited and Unhandled
// Operations) is refused, said on standard error, and spoils the graph.
//
// ECKART_DOUBLE_DEVICES: how many (default 1). ECKART_DOUBLE_MEMORY: bytes of each (default 2 GiB). ECKART_DOUBLE_FAIL: see memory.h.
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
#include <utility>
#include <vector>

namespace {

constexpr int INVALID_VALUE = 1, OUT_OF_MEMORY = 2, INVALID_DEVICE = 101, INVALID_HANDLE = 400, ILLEGAL_STATE = 401;
constexpr int CAPTURE_UNSUPPORTED = 900, CAPTURE_INVALIDATED = 901, CAPTURE_ISOLATION = 905;
constexpr size_t GUARD = 64;

// Threads may be at work when the process ends: nothing of this is ever destroyed
std::mutex &mutex = *new std::mutex;
struct Memory { size_t bytes; int device; };
std::map<char *, Memory> &blocks = *new std::map<char *, Memory>;
std::map<int, size_t> &used = *new std::map<int, size_t>;
std::map<std::string, long> &counts = *new std::map<std::string, long>;
thread_local int current = 0, last = 0;

// ---- streams: queues of work, under one lock, as the work itself is
struct Mark { bool done = false; struct Stream *stream; };
struct Graph {
    int device;
    std::vector<std::function<void()>> work;
    std::vector<std::pair<const void *, size_t>> memory;
    bool spoilt = false;
};
struct Stream { int device; std::deque<std::function<void()>> work; Graph *capture = nullptr; };
struct Event { int device; std::shared_ptr<Mark> last; };
struct Executable { std::shared_ptr<const Graph> graph; };
thread_local Stream *capturing = nullptr;

std::recursive_mutex &device = *new std::recursive_mutex;
std::set<Stream *> &streams = *new std::set<Stream *>;
std::set<void *> &locked = *new std::set<void *>;  // of the host, by cudaMallocHost
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
int spoil(Graph *graph, const char *call, int code) {
    fprintf(stderr, "double: %s on a device of which a stream is captured\n", call);
    graph->spoilt = true;
    return code;
}
// Puts work where it belongs
void push(Stream *s, std::function<void()> work) {
    if (s->capture == nullptr) return s->work.push_back(std::move(work));
    if (s != capturing) spoil(s->capture, "work of another thread", 0);
    s->capture->work.push_back(std::move(work));
}
// What neither is asynchronous nor a part of a graph: 0 unless this thread captures (cudaStreamBeginCapture, cudaStreamCaptureModeThreadLocal)
int outside(const char *call) {
    eckart_double_count(call);
    return capturing ? spoil(capturing->capture, call, CAPTURE_UNSUPPORTED) : 0;
}
int devices() {
    const char *set = getenv("ECKART_DOUBLE_DEVICES");
    return set ? atoi(set) : 1;
}

size_t total() {
    const char *set = getenv("ECKART_DOUBLE_MEMORY");
    return set ? strtoull(set, nullptr, 10) : size_t(2) << 30;
}

int take(void **out, size_t bytes) {
    std::lock_guard<std::mutex> lock(mutex);
    *out = nullptr;
    if (bytes > total() || used[current] > total() - bytes) return OUT_OF_MEMORY;
    // At 256 bytes, as the CUDA C++ Programming Guide has it (Device Memory Accesses)
    char *block = static_cast<char *>(aligned_alloc(256, (bytes + GUARD + 255) / 256 * 256));
    memset(block, 0xF9, bytes + GUARD);
    blocks[block] = {bytes, current};
    used[current] += bytes;
    *out = block;
    return 0;
}

int give(void *address) {
    if (address == nullptr) return 0;
    std::lock_guard<std::mutex> lock(mutex);
    auto found = blocks.find(static_cast<char *>(address));
    if (found == blocks.end()) return INVALID_VALUE;
    const Memory memory = found->second;
    if (memory.device != current) fprintf(stderr, "double: memory of device %d is freed on device %d\n", memory.device, current);
    for (size_t i = 0; i < GUARD; i++)
        if (found->first[memory.bytes + i] != char(0xF9)) {
            fprintf(stderr, "double: something was written behind a block of %zu bytes\n", memory.bytes);
            abort();
        }
    memset(found->first, 0xF7, memory.bytes);
    used[memory.device] -= memory.bytes;
    free(found->first);
    blocks.erase(found);
    return 0;
}

// A failure stays the thread's last error until it is asked for (cudaGetLastError)
int failed(int code) {
    if (code != 0) last = code;
    return code;
}
int status(const char *call) { return failed(fault ? fault.load() : eckart_double_status(call)); }
int wanted(const std::string &call) {
    const char *set = getenv("ECKART_DOUBLE_FAIL");
    const char *found = set ? strstr(set, (call + "=").c_str()) : nullptr;
    return found && (found == set || found[-1] == ',') ? atoi(found + call.size() + 1) : 0;
}

}  // namespace

extern "C" {

void eckart_double_fault(int code) { fault = code; }
int eckart_double_faulted() { return fault; }
int eckart_double_device() { return current; }
bool eckart_double_stream(const void *stream) {
    const Stream *found = known(const_cast<void *>(stream));
    return found && found->device == current;
}
void eckart_double_enqueue(void *stream, void (*work)(void *), void *data, void (*destroy)(void *)) {
    std::lock_guard<std::recursive_mutex> lock(device);
    const std::shared_ptr<void> shared(data, destroy);
    push(static_cast<Stream *>(stream), [=] { work(shared.get()); });
}
void eckart_double_count(const char *call) {
    std::lock_guard<std::mutex> lock(mutex);
    counts[call]++;
}

int eckart_double_place(const void *address, size_t bytes) {
    std::lock_guard<std::mutex> lock(mutex);
    char *at = static_cast<char *>(const_cast<void *>(address));
    auto next = blocks.upper_bound(at);
    if (next == blocks.begin()) return -1;
    auto block = std::prev(next);
    return at + bytes <= block->first + block->second.bytes ? block->second.device : -1;
}
bool eckart_double_owns(const void *address, size_t bytes, const char *call) {
    if (bytes == 0) return true;
    if (eckart_double_place(address, bytes) == current) {
        if (capturing) capturing->capture->memory.push_back({address, bytes});
        return true;
    }
    fprintf(stderr, "double: %s: %zu bytes at %p are not in a block of the memory of device %d\n", call, bytes, address, current);
    return false;
}

int eckart_double_last() { return last; }
int eckart_double_status(const char *call) {
    if (const int code = wanted(call)) return code;
    static std::set<std::string> &gone = *new std::set<std::string>;
    const int code = wanted(std::string("once ") + call);
    if (code == 0) return 0;
    std::lock_guard<std::mutex> lock(mutex);
    return gone.insert(call).second ? code : 0;
}

const char *cudaGetErrorName(int code) {
    static thread_local std::string text;
    if (code == -1) {
        std::lock_guard<std::mutex> lock(mutex);
        text.clear();
        for (const auto &[call, count] : counts) text += call + " " + std::to_string(count) + " ";
        return text.c_str();
    }
    switch (code) {
        case 0: return "cudaSuccess";
        case 2: return "cudaErrorMemoryAllocation";
        case 35: return "cudaErrorInsufficientDriver";
        case 100: return "cudaErrorNoDevice";
        case 1: return "cudaErrorInvalidValue";
        case 700: return "cudaErrorIllegalAddress";
        case 701: return "cudaErrorLaunchOutOfResources";
        case 709: return "cudaErrorContextIsDestroyed";
        case 719: return "cudaErrorLaunchFailure";
        case CAPTURE_UNSUPPORTED: return "cudaErrorStreamCaptureUnsupported";
        case CAPTURE_INVALIDATED: return "cudaErrorStreamCaptureInvalidated";
        default: return "cudaErrorOfTheDouble";
    }
}
int cudaGetLastError() {
    const int code = last;
    last = 0;
    return fault ? fault.load() : code;
}
int cudaGetDeviceCount(int *count) {
    *count = devices();
    return status("cudaGetDeviceCount");
}
int cudaDriverGetVersion(int *version) {
    *version = status("cudaGetDeviceCount") == 35 ? 12040 : 13000;
    return 0;
}
int cudaSetDevice(int index) {
    if (index < 0 || index >= devices()) return INVALID_DEVICE;
    current = index;
    return status("cudaSetDevice");
}
int cudaDeviceGetAttribute(int *value, int attribute, int device) {
    if (device < 0 || device >= devices()) return INVALID_DEVICE;
    *value = attribute == 75 ? 9 : attribute == 76 ? 0 : attribute == 16 ? 1 : 0;
    return 0;
}
int cudaMemGetInfo(size_t *free, size_t *all) {
    std::lock_guard<std::mutex> lock(mutex);
    *free = total() - used[current];
    *all = total();
    return status("cudaMemGetInfo");
}
int cudaMalloc(void **out, size_t bytes) {
    if (const int code = outside("cudaMalloc")) return failed(code);
    const int code = status("cudaMalloc");
    return code ? code : failed(take(out, bytes));
}
int cudaFree(void *address) {
    if (const int code = outside("cudaFree")) return failed(code);
    finishAll();
    const int code = status("cudaFree");
    return code ? code : give(address);
}
int cudaMallocHost(void **out, size_t bytes) {
    if (const int code = outside("cudaMallocHost")) return failed(code);
    if (const int code = status("cudaMallocHost")) return code;
    *out = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!*out) return OUT_OF_MEMORY;
    std::lock_guard<std::recursive_mutex> lock(device);
    locked.insert(*out);
    return 0;
}
int cudaFreeHost(void *address) {
    std::lock_guard<std::recursive_mutex> lock(device);
    if (locked.erase(address) == 0) return INVALID_VALUE;
    eckart_double_count("cudaFreeHost");
    free(address);
    return status("cudaFreeHost");
}
int cudaMemcpyAsync(void *to, const void *from, size_t bytes, int kind, void *on) {
    if (!known(on)) return INVALID_HANDLE;
    if (kind == 1 ? !eckart_double_owns(to, bytes, "cudaMemcpyAsync") : kind == 2 ? !eckart_double_owns(from, bytes, "cudaMemcpyAsync") : true)
        return INVALID_VALUE;
    eckart_double_count("cudaMemcpyAsync");
    if (const int code = status("cudaMemcpyAsync")) return code;
    enqueue(on, [=] { memcpy(to, from, bytes); });
    return 0;
}
int cudaMemsetAsync(void *at, int value, size_t bytes, void *on) {
    if (!known(on)) return INVALID_HANDLE;
    if (!eckart_double_owns(at, bytes, "cudaMemsetAsync")) return INVALID_VALUE;
    if (const int code = status("cudaMemsetAsync")) return code;
    enqueue(on, [=] { memset(at, value, bytes); });
    return 0;
}
int cudaStreamCreateWithFlags(void **out, unsigned flags) {
    std::lock_guard<std::recursive_mutex> lock(device);
    Stream *made = new Stream{current, {}};
    streams.insert(made);
    *out = made;
    return flags == 1 ? status("cudaStreamCreateWithFlags") : INVALID_VALUE;
}
int cudaStreamSynchronize(void *on) {
    std::lock_guard<std::recursive_mutex> lock(device);
    if (!known(on)) return INVALID_HANDLE;
    if (const int code = outside("cudaStreamSynchronize")) return failed(code);
    finish(known(on));
    return status("cudaStreamSynchronize");
}
// Of a device of which any thread captures a stream it is refused as well: a broader handle which encompasses a capture (4.2.2.1.2.2)
int cudaDeviceSynchronize() {
    if (const int code = outside("cudaDeviceSynchronize")) return failed(code);
    {
        std::lock_guard<std::recursive_mutex> lock(device);
        for (Stream *s : streams)
            if (s->capture && s->device == current) return failed(spoil(s->capture, "cudaDeviceSynchronize", CAPTURE_UNSUPPORTED));
    }
    finishAll();
    return status("cudaDeviceSynchronize");
}
int cudaEventCreateWithFlags(void **out, unsigned flags) {
    *out = new Event{current, {}};
    return flags == 2 ? status("cudaEventCreateWithFlags") : INVALID_VALUE;
}
// Of one device both (cudaEventRecord)
int cudaEventRecord(void *which, void *on) {
    std::lock_guard<std::recursive_mutex> lock(device);
    if (!known(on) || known(on)->device != static_cast<Event *>(which)->device) return INVALID_HANDLE;
    if (known(on)->capture) return failed(spoil(known(on)->capture, "cudaEventRecord", CAPTURE_UNSUPPORTED)); // for nobody here waits within a graph
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
    // An event from before the capture is no part of it (4.2.2.1.2.2), without cudaEventWaitExternal
    if (known(on)->capture) return failed(spoil(known(on)->capture, "cudaStreamWaitEvent", CAPTURE_ISOLATION));
    const auto mark = static_cast<Event *>(which)->last;
    known(on)->work.push_back([mark] { finish(mark); });
    return status("cudaStreamWaitEvent");
}
int cudaEventSynchronize(void *which) {
    if (const int code = outside("cudaEventSynchronize")) return failed(code);
    std::lock_guard<std::recursive_mutex> lock(device);
    finish(static_cast<Event *>(which)->last);
    return status("cudaEventSynchronize");
}

// ---- graphs

int cudaStreamBeginCapture(void *on, int mode) {
    std::lock_guard<std::recursive_mutex> lock(device);
    if (!known(on) || known(on)->device != current) return INVALID_HANDLE;
    if (mode != 1) return INVALID_VALUE; // cudaStreamCaptureModeThreadLocal: other threads may do what they like
    if (capturing || known(on)->capture) return failed(ILLEGAL_STATE);
    capturing = known(on);
    capturing->capture = new Graph{current, {}, {}};
    return status("cudaStreamBeginCapture");
}
// By the thread that began; there is no graph where something was done that must not be
int cudaStreamEndCapture(void *on, Graph **out) {
    std::lock_guard<std::recursive_mutex> lock(device);
    *out = nullptr;
    if (capturing == nullptr || known(on) != capturing) return failed(ILLEGAL_STATE);
    Graph *made = capturing->capture;
    known(on)->capture = nullptr;
    capturing = nullptr;
    if (made->spoilt) {
        delete made;
        return failed(CAPTURE_INVALIDATED);
    }
    *out = made;
    return status("cudaStreamEndCapture");
}
// The graph may be changed or destroyed afterwards
int cudaGraphInstantiate(Executable **out, const Graph *graph, unsigned long long flags) {
    if (const int code = outside("cudaGraphInstantiate")) return failed(code);
    *out = new Executable{std::make_shared<const Graph>(*graph)};
    return flags == 0 ? status("cudaGraphInstantiate") : INVALID_VALUE;
}
int cudaGraphDestroy(Graph *graph) {
    delete graph;
    return status("cudaGraphDestroy");
}
// Ordered behind what is in the stream, and behind its own last launch
int cudaGraphLaunch(Executable *graph, void *on) {
    eckart_double_count("cudaGraphLaunch");
    std::lock_guard<std::recursive_mutex> lock(device);
    if (!known(on) || known(on)->device != graph->graph->device || current != graph->graph->device) return INVALID_HANDLE;
    if (known(on)->capture) return failed(spoil(known(on)->capture, "cudaGraphLaunch", CAPTURE_UNSUPPORTED)); // a child graph, which nobody here wants
    if (const int code = status("cudaGraphLaunch")) return code;
    for (const auto &[address, bytes] : graph->graph->memory)
        if (!eckart_double_owns(address, bytes, "cudaGraphLaunch")) return failed(INVALID_VALUE);
    for (const auto &work : graph->graph->work) push(known(on), [alive = graph->graph, &work] { work(); });
    return 0;
}
// What was launched goes on
int cudaGraphExecDestroy(Executable *graph) {
    delete graph;
    return status("cudaGraphExecDestroy");
}

}  // extern "C"
