// The double of libcuda.so.1: modules are what the double of NVRTC made, the name of a library of host code; a launch runs it.
#include <dlfcn.h>

#include <cstdio>
#include <cstring>

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
    *out = dlsym(module, name);
    return *out ? 0 : 500;
}
int cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, void *stream,
                   void **arguments, void **extra) {
    if (gx == 0 || bx == 0 || bx > 1024 || gy != 1 || gz != 1 || by != 1 || bz != 1 || shared != 0 || stream == nullptr || extra != nullptr) return 1;
    reinterpret_cast<void (*)(const void *, unsigned, unsigned)>(function)(arguments[0], gx, bx);
    return 0;
}

}  // extern "C"
