// Linux: /proc, control groups, affinity; the rest stands in system_posix.cpp.
#ifdef __linux__
#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "system.h"

namespace eckart::system {
namespace {

// The lines of a small file, none when it cannot be read. Not an ifstream: the C++ library, linked statically, would bring its
// locales along, and with them functions that an older C library lacks.
std::vector<std::string> lines(const std::string &path) {
  struct Close {
    void operator()(FILE *file) const { std::fclose(file); }
  };
  const std::unique_ptr<FILE, Close> file(std::fopen(path.c_str(), "re"));
  std::vector<std::string> lines;
  char line[4096];
  while (file && std::fgets(line, sizeof line, file.get()) != nullptr) {
    lines.emplace_back(line);
    if (lines.back().back() == '\n') lines.back().pop_back();
  }
  return lines;
}

// "max", absent and unreadable files count as no number.
std::optional<int64_t> number(const std::string &text) {
  if (text.empty() || !std::isdigit(static_cast<unsigned char>(text[0]))) return std::nullopt;
  errno = 0;
  const int64_t value = std::strtoll(text.c_str(), nullptr, 10);
  return errno == ERANGE ? std::numeric_limits<int64_t>::max() : value;
}

std::string firstLine(const std::string &path) {
  const auto all = lines(path);
  return all.empty() ? "" : all[0];
}

// The number that stands after `key` in a file of such lines.
std::optional<int64_t> entry(const std::string &path, const std::string &key) {
  for (const std::string &line : lines(path)) {
    if (line.compare(0, key.size(), key) != 0) continue;
    const size_t digits = line.find_first_not_of(" \t", key.size());
    return digits == std::string::npos || digits == key.size() ? std::nullopt : number(line.substr(digits));
  }
  return std::nullopt;
}

// Folders of this process's control group and of all those around it, innermost first. controller "" is cgroup v2. In a
// container the innermost name is often not visible, and the mount point itself is the container's own group.
std::vector<std::string> groupFolders(const std::string &controller) {
  std::vector<std::string> folders;
  for (const std::string &line : lines("/proc/self/cgroup")) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string names = "," + line.substr(first + 1, second - first - 1) + ",";
    if (controller.empty() ? names != ",," : names.find("," + controller + ",") == std::string::npos) continue;
    const std::string mount = controller.empty() ? "/sys/fs/cgroup" : "/sys/fs/cgroup/" + controller;
    std::string path = line.substr(second + 1);
    while (path.size() > 1) {
      folders.push_back(mount + path);
      path.resize(path.rfind('/'));
    }
    folders.push_back(mount);
  }
  return folders;
}

int64_t groupMemory(const std::string &controller, const char *limitFile, const char *usageFile, const char *cacheKey) {
  int64_t available = std::numeric_limits<int64_t>::max();
  for (const std::string &folder : groupFolders(controller)) {
    const auto limit = number(firstLine(folder + "/" + limitFile)), usage = number(firstLine(folder + "/" + usageFile));
    if (!limit || !usage) continue;
    // Page cache is dropped before the group is refused memory.
    const int64_t cache = entry(folder + "/memory.stat", cacheKey).value_or(0);
    available = std::min(available, std::max<int64_t>(0, *limit - std::max<int64_t>(0, *usage - cache)));
  }
  return available;
}

int64_t machineMemory() {
  const auto kib = entry("/proc/meminfo", "MemAvailable:");
  return kib ? *kib * 1024 : static_cast<int64_t>(sysconf(_SC_AVPHYS_PAGES)) * pageSize();
}

int affinity() {
  // The kernel refuses a mask smaller than its own; machines of more than 1024 CPUs need a larger one.
  for (int cpus = 1024; cpus <= 1 << 20; cpus *= 2) {
    std::vector<cpu_set_t> mask(cpus / (8 * sizeof(cpu_set_t)));
    const size_t bytes = mask.size() * sizeof(cpu_set_t);
    if (sched_getaffinity(0, bytes, mask.data()) == 0) return std::max(1, CPU_COUNT_S(bytes, mask.data()));
    if (errno != EINVAL) break;
  }
  return std::max(1, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)));
}

int64_t wholeCpus(int64_t quota, int64_t period) { return std::max<int64_t>(1, (quota + period - 1) / period); }

int64_t quota() {
  int64_t cpus = std::numeric_limits<int>::max();
  for (const std::string &folder : groupFolders("")) {
    int64_t micros = 0, period = 0;  // "max 100000" has no first number
    if (std::sscanf(firstLine(folder + "/cpu.max").c_str(), "%" SCNd64 " %" SCNd64, &micros, &period) != 2 || period <= 0) continue;
    cpus = std::min(cpus, wholeCpus(micros, period));
  }
  for (const std::string &folder : groupFolders("cpu")) {
    const auto micros = number(firstLine(folder + "/cpu.cfs_quota_us")), period = number(firstLine(folder + "/cpu.cfs_period_us"));
    if (micros && period && *period > 0) cpus = std::min(cpus, wholeCpus(*micros, *period));
  }
  return cpus;
}

}  // namespace

void trim() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

int64_t availableMemory() {
  return std::min({machineMemory(), groupMemory("", "memory.max", "memory.current", "inactive_file"),
                   groupMemory("memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")});
}

int processors() { return static_cast<int>(std::min<int64_t>(affinity(), quota())); }

int64_t waitedForCores() {
  const auto closeFile = [](FILE *file) { std::fclose(file); };
  const auto closeFolder = [](DIR *folder) { closedir(folder); };
  const std::unique_ptr<DIR, decltype(closeFolder)> tasks(opendir("/proc/self/task"), closeFolder);
  int64_t sum = -1;
  while (const dirent *task = tasks ? readdir(tasks.get()) : nullptr) {
    if (task->d_name[0] == '.') continue;
    const std::string path = std::string("/proc/self/task/") + task->d_name + "/schedstat";
    const std::unique_ptr<FILE, decltype(closeFile)> file(std::fopen(path.c_str(), "re"), closeFile);
    int64_t waiting = 0;
    if (file && std::fscanf(file.get(), "%*s %" SCNd64, &waiting) == 1) sum = std::max<int64_t>(sum, 0) + waiting;
  }
  return sum;
}

void nameThread(const char *name) { pthread_setname_np(pthread_self(), name); }

Cores Cores::ofThisThread() {
  Cores cores;  // stays empty on machines of more CPUs than the set holds
  if (pthread_getaffinity_np(pthread_self(), sizeof cores.set_, &cores.set_) != 0) CPU_ZERO(&cores.set_);
  return cores;
}

bool Cores::none() const { return CPU_COUNT(&set_) == 0; }

void Cores::keepFromHere(pthread_t thread) const {
  cpu_set_t elsewhere = set_;
  const int here = sched_getcpu();
  if (here >= 0 && here < CPU_SETSIZE) CPU_CLR(here, &elsewhere);
  if (CPU_COUNT(&elsewhere) > 0) pthread_setaffinity_np(thread, sizeof elsewhere, &elsewhere);
}

void Cores::release(pthread_t thread) const {
  if (!none()) pthread_setaffinity_np(thread, sizeof set_, &set_);
}

void atExit(void (*end)(int status)) {
  on_exit([](int status, void *called) { reinterpret_cast<void (*)(int)>(called)(status); }, reinterpret_cast<void *>(end));
}

}  // namespace eckart::system
#endif
