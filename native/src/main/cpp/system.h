// What operating systems do each in their own way. system_linux.cpp and system_posix.cpp are
// tested, system_mac.cpp and system_windows.cpp are not.
#pragma once
#include <pthread.h>

#include <csignal>
#include <cstdint>

#ifdef __linux__
#include <sched.h>
#endif

namespace eckart::system {

constexpr int64_t HUGE_PAGE = int64_t{2} << 20;

// ---- memory
int64_t allocate(int64_t alignment, int64_t bytes);  // a multiple of the alignment; std::bad_alloc
void free(int64_t address);                          // what allocate gave
int64_t map(int64_t length);                         // fresh pages, huge ones where there are any, from a multiple of HUGE_PAGE on
void unmap(int64_t address, int64_t length);
int64_t pageSize();
void trim();                // gives what free took back to the system
int64_t availableMemory();  // bytes that this process may still take

// ---- threads
int processors();          // that this process may run on, at least 1
int64_t waitedForCores();  // nanoseconds that the threads of this process have waited for a core, or -1 where nobody knows
void nameThread(const char *name);
void afterFork(void (*inChild)());

// While it lives, threads are made to which no signal of the process goes: those are the JVM's business. The ones that a fault
// raises in the thread itself stay open.
class WithoutSignals {
 public:
  WithoutSignals();
  ~WithoutSignals();
  WithoutSignals(const WithoutSignals &) = delete;
  WithoutSignals &operator=(const WithoutSignals &) = delete;

 private:
#ifndef _WIN32
  sigset_t previous_;
#endif
};

// Where the threads of a pool run: away from the core of the caller that wakes them, then anywhere. Without cores nothing is moved.
class Cores {
 public:
  static Cores ofThisThread();
  bool none() const;
  void keepFromHere(pthread_t thread) const;
  void release(pthread_t thread) const;

 private:
#ifdef __linux__
  cpu_set_t set_{};
#endif
};

// ---- the process
// Called when it ends, with its exit status, or -1 where nobody knows it.
void atExit(void (*end)(int status));
const char *fileOf(const void *function);  // the library that holds it

}  // namespace eckart::system
