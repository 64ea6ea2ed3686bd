// macOS; untested. What it shares with Linux stands in system_posix.cpp. It has no affinity, and does not say how long threads wait
// for a core: OpenBLAS keeps one thread.
#ifdef __APPLE__
#include <mach/mach.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "system.h"

namespace eckart::system {

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

Cores Cores::ofThisThread() { return {}; }
bool Cores::none() const { return true; }
void Cores::keepFromHere(pthread_t) const {}
void Cores::release(pthread_t) const {}

void atExit(void (*end)(int status)) {
  static void (*called)(int);
  called = end;
  std::atexit([] { called(-1); });
}

}  // namespace eckart::system
#endif
