// The double of libnvrtc.so.13: g++ compiles a kernel's source to a library of host code, with host.h before it. Libraries are kept
// in ECKART_DOUBLE_KERNELS under a name made of the source and what it includes, also for other processes. A module has to be one of those in the file ECKART_DOUBLE_MODULES.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>

namespace {

struct Program {
    std::string source, log, image;
    std::map<std::string, std::string> headers;
};

void write(const std::string &path, const std::string &text) { std::ofstream(path) << text; }

std::string read(const std::string &path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

}  // namespace

extern "C" {

const char *nvrtcGetErrorString(int code) { return code == 6 ? "NVRTC_ERROR_COMPILATION" : "NVRTC_ERROR"; }
int nvrtcVersion(int *major, int *minor) {
    *major = 13;
    *minor = 0;
    return 0;
}
int nvrtcCreateProgram(Program **out, const char *source, const char *name, int count, const char *const *headers, const char *const *names) {
    *out = new Program;
    (*out)->source = std::string("// ") + name + "\n" + source;
    for (int i = 0; i < count; i++) (*out)->headers[names[i]] = headers[i];
    return 0;
}
int nvrtcCompileProgram(Program *program, int count, const char *const *options) {
    bool architecture = false, separate = false;
    for (int i = 0; i < count; i++) {
        architecture |= strcmp(options[i], "--gpu-architecture=sm_90") == 0;
        separate |= strcmp(options[i], "--fmad=false") == 0;
    }
    if (!architecture || !separate) return 5;
    // The module's two lines of source: #include "HEADER" and MACRO(TYPE)
    const size_t header = program->source.find('"') + 1, headerEnd = program->source.find('"', header), macro = program->source.find('\n', header) + 1;
    const std::string module = program->source.substr(header, headerEnd - header) + " " + program->source.substr(macro);
    if (("\n" + read(getenv("ECKART_DOUBLE_MODULES"))).find("\n" + module) == std::string::npos) {
        program->log = module + "is not in modules.txt, which ci/kernels compiles";
        return 6;
    }
    const std::string folder = getenv("ECKART_DOUBLE_KERNELS"), host = read(folder + "/host.h");
    // The headers that it includes, directly or not
    std::string all = program->source;
    std::set<std::string> taken;
    for (size_t before = 0; before < all.size();) {
        before = all.size();
        for (auto &header : program->headers)
            if (all.find('"' + header.first + '"') != std::string::npos && taken.insert(header.first).second) all += header.second;
    }
    all += host;
    const std::string base = folder + "/" + std::to_string(std::hash<std::string>()(all)), library = base + ".so";
    if (access(library.c_str(), R_OK) != 0) {
        const std::string own = base + "-" + std::to_string(getpid());
        if (system(("mkdir -p " + own).c_str()) != 0) return 11;
        for (auto &header : program->headers) write(own + "/" + header.first, header.second);
        write(own + "/kernel.cpp", program->source);
        const std::string command = "g++ -std=c++17 -O1 -U_FORTIFY_SOURCE -w -shared -fPIC -fvisibility=hidden -ffp-contract=off -fno-strict-aliasing -I" + own +
                                    " -include " + folder + "/host.h " + own + "/kernel.cpp -o " + own + "/kernel.so >" + own + "/log 2>&1";
        const bool compiled = system(command.c_str()) == 0;
        program->log = read(own + "/log");
        if (!compiled) return 6;
        if (rename((own + "/kernel.so").c_str(), library.c_str()) != 0 || system(("rm -r " + own).c_str()) != 0) return 11;
    }
    program->image = "double:" + library + std::string(1, '\0');
    return 0;
}
int nvrtcGetCUBINSize(Program *program, size_t *size) {
    *size = program->image.size();
    return 0;
}
int nvrtcGetCUBIN(Program *program, char *to) {
    memcpy(to, program->image.data(), program->image.size());
    return 0;
}
int nvrtcGetProgramLogSize(Program *program, size_t *size) {
    *size = program->log.size() + 1;
    return 0;
}
int nvrtcGetProgramLog(Program *program, char *to) {
    memcpy(to, program->log.c_str(), program->log.size() + 1);
    return 0;
}
int nvrtcDestroyProgram(Program **program) {
    delete *program;
    *program = nullptr;
    return 0;
}

}  // extern "C"
