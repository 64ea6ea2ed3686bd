// Windows, built by MinGW-w64's g++ with POSIX threads; untested. Threads are not moved, and OpenBLAS keeps one thread.
#ifdef _WIN32
#include <windows.h>

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <thread>

#include "system.h"

namespace eckart::system {

int64_t allocate(int64_t alignment, int64_t bytes) {
  void *block = _aligned_malloc(bytes, alignment);
  if (block == nullptr) throw std::bad_alloc();
  return reinterpret_cast<int64_t>(block);
}

void free(int64_t address) { _aligned_free(reinterpret_cast<void *>(address)); }

// A reservation cannot be cut to alignment: the place is found with a larger one, and taken once that is gone.
int64_t map(int64_t length) {
  for (int tries = 0; tries < 16; tries++) {
    void *found = VirtualAlloc(nullptr, length + HUGE_PAGE, MEM_RESERVE, PAGE_NOACCESS);
    if (found == nullptr) break;
    VirtualFree(found, 0, MEM_RELEASE);
    const int64_t aligned = (reinterpret_cast<int64_t>(found) + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    if (VirtualAlloc(reinterpret_cast<void *>(aligned), length, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE) != nullptr) return aligned;
  }
  throw std::bad_alloc();
}

void unmap(int64_t address, int64_t) { VirtualFree(reinterpret_cast<void *>(address), 0, MEM_RELEASE); }

int64_t pageSize() {
  SYSTEM_INFO info;
  GetSystemInfo(&info);
  return info.dwPageSize;
}

void trim() { _heapmin(); }

int64_t availableMemory() {
  MEMORYSTATUSEX status;
  status.dwLength = sizeof status;
  if (!GlobalMemoryStatusEx(&status)) return 0;
  return static_cast<int64_t>(std::min(status.ullAvailPhys, status.ullAvailPageFile));
}

int processors() { return std::max(1u, std::thread::hardware_concurrency()); }

int64_t waitedForCores() { return -1; }

void nameThread(const char *) {}

void afterFork(void (*)()) {}

WithoutSignals::WithoutSignals() {}
WithoutSignals::~WithoutSignals() {}

Cores Cores::ofThisThread() { return {}; }
bool Cores::none() const { return true; }
void Cores::keepFromHere(pthread_t) const {}
void Cores::release(pthread_t) const {}

void atExit(void (*end)(int status)) {
  static void (*called)(int);
  called = end;
  std::atexit([] { called(-1); });
}

const char *fileOf(const void *function) {
  static char path[MAX_PATH];
  HMODULE module;
  const DWORD flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
  const bool known = GetModuleHandleExA(flags, static_cast<LPCSTR>(function), &module) && GetModuleFileNameA(module, path, sizeof path) > 0;
  return known ? path : "an unknown file";
}

}  // namespace eckart::system
#endif
