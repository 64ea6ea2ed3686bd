// The double of libcuda.so.1: modules are what the double of NVRTC made, the name of a library of host code; a launch runs it.
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
};
struct Launch {
    const Function *function;
    std::vector<char> arguments;
    unsigned blocks, threads;
};

}  // namespace

extern "C" {

int cuDeviceGetName(char *name, int length, int device) {
    snprintf(name, size_t(length), "double of a GPU");
    return device == 0 ? 0 : 101;
}
int cuModuleLoadData(void **out, const void *image) {
    const char *text = static_cast<const char *>(image);
    if (strncmp(text, "double:", 7) != 0) return 200;
    *out = dlopen(text + 7, RTLD_NOW | RTLD_LOCAL);
    if (*out == nullptr) fprintf(stderr, "double: %s\n", dlerror());
    return *out ? 0 : 200;
}
int cuModuleGetFunction(void **out, void *module, const char *name) {
    Function *made = new Function{reinterpret_cast<void (*)(const void *, unsigned, unsigned)>(dlsym(module, name)), 0, name};
    const size_t *size = static_cast<const size_t *>(dlsym(module, (std::string(name) + "_size").c_str()));
    if (made->run == nullptr || size == nullptr) return 500;
    made->size = *size;
    *out = made;
    return 0;
}
// The arguments are copied now, as the manual has it
int cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, void *stream,
                   void **arguments, void **extra) {
    // Of a library that is loaded after this one
    static const auto enqueue = reinterpret_cast<decltype(&eckart_double_enqueue)>(dlsym(RTLD_DEFAULT, "eckart_double_enqueue"));
    static const auto status = reinterpret_cast<decltype(&eckart_double_status)>(dlsym(RTLD_DEFAULT, "eckart_double_status"));
    static const auto fault = reinterpret_cast<decltype(&eckart_double_fault)>(dlsym(RTLD_DEFAULT, "eckart_double_fault"));
    static const auto faulted = reinterpret_cast<decltype(&eckart_double_faulted)>(dlsym(RTLD_DEFAULT, "eckart_double_faulted"));
    static const auto isStream = reinterpret_cast<decltype(&eckart_double_stream)>(dlsym(RTLD_DEFAULT, "eckart_double_stream"));
    if (gx == 0 || bx == 0 || bx > 1024 || gy != 1 || gz != 1 || by != 1 || bz != 1 || shared != 0 || !isStream(stream) || extra != nullptr) return 1;
    const Function *f = static_cast<const Function *>(function);
    if (faulted()) return faulted();
    if (const int code = status(("fault " + f->name).c_str())) {
        enqueue(stream, [](void *data) { fault(int(reinterpret_cast<intptr_t>(data))); }, reinterpret_cast<void *>(intptr_t(code)));
        return 0;
    }
    const char *from = static_cast<const char *>(arguments[0]);
    enqueue(
        stream,
        [](void *data) {
            Launch *launch = static_cast<Launch *>(data);
            launch->function->run(launch->arguments.data(), launch->blocks, launch->threads);
            delete launch;
        },
        new Launch{f, std::vector<char>(from, from + f->size), gx, bx});
    return 0;
}

}  // extern "C"
