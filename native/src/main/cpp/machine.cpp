// Memory and the machine's limits: what the operating system, and a container around the process, let it use.
#include <dlfcn.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cblas.h>
#include <cctype>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "blocks.h"
#include "eckart.h"

namespace eckart {
namespace {

constexpr int64_t ALIGNMENT = 64;
constexpr int64_t HUGE_PAGE = int64_t{2} << 20;
constexpr int64_t MAPPED = int64_t{4} << 20;  // from here on a block is a mapping of its own
constexpr int64_t MOST_KEPT = int64_t{256} << 20;

// The mapped blocks. A freed one is kept: a loop asks for the same sizes again, and the faults of fresh pages cost more than most
// kernels. The first size that is not there gives all kept ones back, so that keeping never raises the peak.
// Never destroyed: a thread may free memory while the process exits.
struct Mappings {
  std::mutex mutex;
  std::unordered_map<int64_t, int64_t> lengths, kept;  // address to length, of those in use and of those kept
  int64_t keptBytes = 0, reused = 0;

  void giveBack() {
    for (const auto &[address, length] : kept) munmap(reinterpret_cast<void *>(address), length);
    kept.clear();
    keptBytes = 0;
  }
};
Mappings &mappings() {
  static Mappings *instance = new Mappings;
  return *instance;
}

int64_t map(int64_t length) {
  void *found = mmap(nullptr, length + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (found == MAP_FAILED) throw std::bad_alloc();
  // Cut to alignment: what stands before and after goes back.
  char *base = static_cast<char *>(found);
  const int64_t before = (HUGE_PAGE - reinterpret_cast<int64_t>(base) % HUGE_PAGE) % HUGE_PAGE;
  if (before > 0) munmap(base, before);
  munmap(base + before + length, HUGE_PAGE - before);
  madvise(base + before, length, MADV_HUGEPAGE);  // a kernel without huge pages refuses, and small ones do
  return reinterpret_cast<int64_t>(base + before);
}

int64_t mapped(int64_t bytes) {
  if (bytes > std::numeric_limits<int64_t>::max() - 2 * HUGE_PAGE) throw std::bad_alloc();
  const int64_t page = sysconf(_SC_PAGESIZE), length = (bytes + page - 1) / page * page;
  Mappings &all = mappings();
  std::lock_guard<std::mutex> lock(all.mutex);
  const auto same = std::find_if(all.kept.begin(), all.kept.end(), [&](const auto &block) { return block.second == length; });
  if (same != all.kept.end()) {
    const int64_t address = same->first;
    all.lengths.insert(all.kept.extract(same));
    all.keptBytes -= length;
    all.reused++;
    return address;
  }
  all.giveBack();
  const int64_t address = map(length);
  try {
    all.lengths[address] = length;
  } catch (...) {
    munmap(reinterpret_cast<void *>(address), length);
    throw;
  }
  return address;
}

std::atomic<int64_t> allocations{0};

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
  return kib ? *kib * 1024 : static_cast<int64_t>(sysconf(_SC_AVPHYS_PAGES)) * sysconf(_SC_PAGESIZE);
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

int64_t allocate(int64_t bytes) {
  if (bytes < 0) throw std::bad_alloc();
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (bytes >= blocks::SMALLEST && bytes < blocks::LARGEST) return blocks::allocate(bytes);
  if (bytes < MAPPED) {
    void *block = std::aligned_alloc(ALIGNMENT, std::max(ALIGNMENT, (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT));
    if (block == nullptr) throw std::bad_alloc();
    return reinterpret_cast<int64_t>(block);
  }
  return mapped(bytes);
}

void deallocate(int64_t address) {
  if (address % HUGE_PAGE == 0 && address != 0) {
    Mappings &all = mappings();
    std::unique_lock<std::mutex> lock(all.mutex);
    const auto block = all.lengths.find(address);
    if (block != all.lengths.end()) {
      const int64_t length = block->second;
      if (length <= MOST_KEPT - all.keptBytes) {
        all.kept.insert(all.lengths.extract(block));
        all.keptBytes += length;
        return;
      }
      all.lengths.erase(block);
      lock.unlock();  // unmapping gigabytes takes a while
      munmap(reinterpret_cast<void *>(address), length);
      return;
    }
  }
  if (blocks::deallocate(address)) return;
  std::free(reinterpret_cast<void *>(address));
}

int64_t trim() {
  Mappings &all = mappings();
  std::unique_lock<std::mutex> lock(all.mutex);
  const int64_t mapped = all.keptBytes;
  all.giveBack();
  lock.unlock();
  const int64_t given = mapped + blocks::trim();
#ifdef __GLIBC__
  malloc_trim(0);
#endif
  return given;
}

int64_t memoryStatistic(int which) {
  Mappings &all = mappings();
  std::lock_guard<std::mutex> lock(all.mutex);
  switch (which) {
    case 0: return all.keptBytes + blocks::keptBytes();
    case 1: return allocations.load(std::memory_order_relaxed);
    default: return all.reused + blocks::reused();
  }
}

int64_t availableMemory() {
  Mappings &all = mappings();
  std::unique_lock<std::mutex> lock(all.mutex);
  const int64_t kept = all.keptBytes;  // given back before anything else is mapped
  lock.unlock();
  return kept + std::min({machineMemory(), groupMemory("", "memory.max", "memory.current", "inactive_file"),
                          groupMemory("memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")});
}

int hardwareThreads() { return static_cast<int>(std::min<int64_t>(affinity(), quota())); }

const char *openblasConfig() { return openblas_get_config(); }

const char *openblasBuilt() { return OPENBLAS_VERSION; }

const char *openblasPath() {
  Dl_info found;
  const bool known = dladdr(reinterpret_cast<void *>(&openblas_get_config), &found) != 0 && found.dli_fname != nullptr;
  return known ? found.dli_fname : "an unknown file";
}

}  // namespace eckart
