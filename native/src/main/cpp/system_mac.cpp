// macOS; untested. It has no affinity, and does not say how long threads wait for a core: OpenBLAS keeps one thread.
#ifdef __APPLE__
#include <dlfcn.h>
#include <mach/mach.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <thread>

#include "system.h"

namespace eckart::system {

int64_t allocate(int64_t alignment, int64_t bytes) {
  void *block = std::aligned_alloc(alignment, bytes);
  if (block == nullptr) throw std::bad_alloc();
  return reinterpret_cast<int64_t>(block);
}

void free(int64_t address) { std::free(reinterpret_cast<void *>(address)); }

int64_t map(int64_t length) {
  void *found = mmap(nullptr, length + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (found == MAP_FAILED) throw std::bad_alloc();
  // Cut to alignment: what stands before and after goes back.
  char *base = static_cast<char *>(found);
  const int64_t before = (HUGE_PAGE - reinterpret_cast<int64_t>(base) % HUGE_PAGE) % HUGE_PAGE;
  if (before > 0) munmap(base, before);
  munmap(base + before + length, HUGE_PAGE - before);
  return reinterpret_cast<int64_t>(base + before);
}

void unmap(int64_t address, int64_t length) { munmap(reinterpret_cast<void *>(address), length); }

int64_t pageSize() { return sysconf(_SC_PAGESIZE); }

void trim() {}

// Free pages, and those that the system takes back at will.
int64_t availableMemory() {
  vm_statistics64_data_t pages;
  mach_msg_type_number_t count = HOST_VM_INFO64_COUNT;
  if (host_statistics64(mach_host_self(), HOST_VM_INFO64, reinterpret_cast<host_info64_t>(&pages), &count) != KERN_SUCCESS) return 0;
  return (int64_t{pages.free_count} + pages.inactive_count + pages.purgeable_count) * pageSize();
}

int processors() { return std::max(1u, std::thread::hardware_concurrency()); }

int64_t waitedForCores() { return -1; }

void nameThread(const char *name) { pthread_setname_np(name); }

void afterFork(void (*inChild)()) { pthread_atfork(nullptr, nullptr, inChild); }

WithoutSignals::WithoutSignals() {
  sigset_t all;
  sigfillset(&all);
  for (int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGPROF}) sigdelset(&all, fault);
  pthread_sigmask(SIG_SETMASK, &all, &previous_);
}

WithoutSignals::~WithoutSignals() { pthread_sigmask(SIG_SETMASK, &previous_, nullptr); }

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
  Dl_info found;
  const bool known = dladdr(function, &found) != 0 && found.dli_fname != nullptr;
  return known ? found.dli_fname : "an unknown file";
}

}  // namespace eckart::system
#endif
