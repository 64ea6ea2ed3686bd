// The double of libcuda.so.1: modules are what the double of NVRTC made, the name of a library of host code; a launch runs it.
// CUDA Driver API: Device Management (cuDeviceGetName), Module Management (cuModuleLoadData, cuModuleGetFunction), Execution Control
// (cuLaunchKernel).
#include <dlfcn.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "memory.h"

namespace {

struct Function {
    void (*run)(const void *, unsigned, unsigned);
    size_t size;
    std::string name;
    int device;
};
struct Module { void *library; int device; };
struct Launch {
    const Function *function;
    std::vector<char> arguments;
    unsigned blocks, threads;
};

// What libcudart.so.13, which is loaded after this library, tells
#define SHARED(name) static const auto name = reinterpret_cast<decltype(&eckart_double_##name)>(dlsym(RTLD_DEFAULT, "eckart_double_" #name))

// Whether the struct of 8-byte fields that a kernel takes has addresses of the current device alone
bool here(const void *struct_, const Function *f) {
    SHARED(place);
    SHARED(owns);
    SHARED(device);
    for (size_t i = 0; i + sizeof(void *) <= f->size; i += sizeof(void *)) {
        const void *field;
        memcpy(&field, static_cast<const char *>(struct_) + i, sizeof field);
        const int at = place(field, 1);
        if (at < 0 || (at == device() && owns(field, 1, f->name.c_str()))) continue;
        fprintf(stderr, "double: %s: field %zu is memory of device %d, launched on device %d\n", f->name.c_str(), i / 8, at, device());
        return false;
    }
    return true;
}

}  // namespace

extern "C" {

int cuDeviceGetName(char *name, int length, int) {
    snprintf(name, size_t(length), "double of a GPU");
    return 0;
}
// Into the current context (cuModuleLoadData), which is the current device's
int cuModuleLoadData(void **out, const void *image) {
    SHARED(device);
    SHARED(count);
    count("cuModuleLoadData");
    const char *text = static_cast<const char *>(image);
    if (strncmp(text, "double:", 7) != 0) return 200;
    void *library = dlopen(text + 7, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) fprintf(stderr, "double: %s\n", dlerror());
    *out = new Module{library, device()};
    return library ? 0 : 200;
}
int cuModuleGetFunction(void **out, void *from, const char *name) {
    const Module *module = static_cast<Module *>(from);
    void *const library = module->library;
    Function *made = new Function{reinterpret_cast<void (*)(const void *, unsigned, unsigned)>(dlsym(library, name)), 0, name, module->device};
    const size_t *size = static_cast<const size_t *>(dlsym(library, (std::string(name) + "_size").c_str()));
    if (made->run == nullptr || size == nullptr) return 500;
    made->size = *size;
    *out = made;
    return 0;
}
// The arguments are copied now, as the manual has it
int cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, void *stream,
                   void **arguments, void **extra) {
    SHARED(enqueue);
    SHARED(status);
    SHARED(fault);
    SHARED(faulted);
    SHARED(device);
    static const auto known = reinterpret_cast<decltype(&eckart_double_stream)>(dlsym(RTLD_DEFAULT, "eckart_double_stream"));
    if (gx == 0 || bx == 0 || bx > 1024 || gy != 1 || gz != 1 || by != 1 || bz != 1 || shared != 0 || !known(stream) || extra != nullptr) return 1;
    SHARED(count);
    count("cuLaunchKernel");
    const Function *f = static_cast<const Function *>(function);
    if (f->device != device() || !here(arguments[0], f)) return 400;
    if (faulted()) return faulted();
    if (const int code = status(("launch " + f->name).c_str())) return code;
    if (const int code = status(("fault " + f->name).c_str())) {
        enqueue(stream, [](void *data) { fault(int(reinterpret_cast<intptr_t>(data))); }, reinterpret_cast<void *>(intptr_t(code)), [](void *) {});
        return 0;
    }
    const char *from = static_cast<const char *>(arguments[0]);
    enqueue(
        stream,
        [](void *data) {
            Launch *launch = static_cast<Launch *>(data);
            launch->function->run(launch->arguments.data(), launch->blocks, launch->threads);
        },
        new Launch{f, std::vector<char>(from, from + f->size), gx, bx}, [](void *data) { delete static_cast<Launch *>(data); });
    return 0;
}

}  // extern "C"
