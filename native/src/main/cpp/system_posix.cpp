// What Linux and macOS do alike: pages, signals, the file of a function.
#ifndef _WIN32
#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <initializer_list>
#include <new>

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
#ifdef MADV_HUGEPAGE
  madvise(base + before, length, MADV_HUGEPAGE);  // a kernel without huge pages refuses, and small ones do
#endif
  return reinterpret_cast<int64_t>(base + before);
}

void unmap(int64_t address, int64_t length) { munmap(reinterpret_cast<void *>(address), length); }

int64_t pageSize() { return sysconf(_SC_PAGESIZE); }

void afterFork(void (*inChild)()) { pthread_atfork(nullptr, nullptr, inChild); }

WithoutSignals::WithoutSignals() {
  sigset_t all;
  sigfillset(&all);
  for (int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGPROF}) sigdelset(&all, fault);
  pthread_sigmask(SIG_SETMASK, &all, &previous_);
}

WithoutSignals::~WithoutSignals() { pthread_sigmask(SIG_SETMASK, &previous_, nullptr); }

const char *fileOf(const void *function) {
  Dl_info found;
  const bool known = dladdr(function, &found) != 0 && found.dli_fname != nullptr;
  return known ? found.dli_fname : "an unknown file";
}

}  // namespace eckart::system
#endif
