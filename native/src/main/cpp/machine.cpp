// Memory, and what the machine lets the process use.
#include <algorithm>
#include <atomic>
#include <cblas.h>
#include <chrono>
#include <limits>
#include <mutex>
#include <new>
#include <unordered_map>

#include "blocks.h"
#include "eckart.h"
#include "system.h"

namespace eckart {
namespace {

constexpr int64_t MOST_KEPT = int64_t{256} << 20;

// What the system has left, read anew after some milliseconds and when this process gave some back: a read takes as long as the
// decomposition of a small matrix, which asks several times.
class Available {
 public:
  int64_t bytes() {
    const int64_t now = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
    if (now >= until_.load(std::memory_order_acquire)) {
      bytes_.store(system::availableMemory(), std::memory_order_relaxed);
      until_.store(now + MILLISECONDS, std::memory_order_release);
    }
    return bytes_.load(std::memory_order_relaxed);
  }

  void forget() { until_.store(0, std::memory_order_release); }

 private:
  static constexpr int64_t MILLISECONDS = 10;
  std::atomic<int64_t> bytes_{0}, until_{0};
};
Available &available() {
  static Available instance;
  return instance;
}

void giveToSystem(int64_t address, int64_t length) {
  system::unmap(address, length);
  available().forget();
}

// The mapped blocks, from blocks::LARGEST on. A freed one is kept: a loop asks for the same sizes again, and the faults of fresh
// pages cost more than most kernels. The first size that is not there gives all kept ones back, so that keeping never raises the
// peak.
// Never destroyed: a thread may free memory while the process exits.
struct Mappings {
  std::mutex mutex;
  std::unordered_map<int64_t, int64_t> kept;  // address to length
  int64_t keptBytes = 0, reused = 0;

  void giveBack() {
    for (const auto &[address, length] : kept) giveToSystem(address, length);
    kept.clear();
    keptBytes = 0;
  }
};
Mappings &mappings() {
  static Mappings *instance = new Mappings;
  return *instance;
}

int64_t lengthOf(int64_t bytes) {
  const int64_t page = system::pageSize();
  return (bytes + page - 1) / page * page;
}

int64_t mapped(int64_t bytes) {
  if (bytes > std::numeric_limits<int64_t>::max() - 2 * system::HUGE_PAGE) throw std::bad_alloc();
  const int64_t length = lengthOf(bytes);
  Mappings &all = mappings();
  std::lock_guard<std::mutex> lock(all.mutex);
  const auto same = std::find_if(all.kept.begin(), all.kept.end(), [&](const auto &block) { return block.second == length; });
  if (same != all.kept.end()) {
    const int64_t address = same->first;
    all.kept.erase(same);
    all.keptBytes -= length;
    all.reused++;
    return address;
  }
  all.giveBack();
  return system::map(length);
}

void unmap(int64_t address, int64_t bytes) {
  const int64_t length = lengthOf(bytes);
  Mappings &all = mappings();
  std::unique_lock<std::mutex> lock(all.mutex);
  if (length <= MOST_KEPT - all.keptBytes) {
    try {
      all.kept[address] = length;
      all.keptBytes += length;
      return;
    } catch (const std::bad_alloc &) {  // of the entry
    }
  }
  lock.unlock();  // unmapping gigabytes takes a while
  giveToSystem(address, length);
}

std::atomic<int64_t> allocations{0};

}  // namespace

int64_t allocate(int64_t bytes) {
  if (bytes < 0) throw std::bad_alloc();
  allocations.fetch_add(1, std::memory_order_relaxed);
  return bytes < blocks::LARGEST ? blocks::allocate(bytes) : mapped(bytes);
}

void deallocate(int64_t address, int64_t bytes) {
  bytes < blocks::LARGEST ? blocks::deallocate(address, bytes) : unmap(address, bytes);
}

int64_t trim() {
  Mappings &all = mappings();
  std::unique_lock<std::mutex> lock(all.mutex);
  const int64_t mapped = all.keptBytes;
  all.giveBack();
  lock.unlock();
  const int64_t given = mapped + blocks::trim();
  system::trim();
  available().forget();
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
  return kept + available().bytes();
}

int hardwareThreads() { return system::processors(); }

const char *openblasConfig() { return openblas_get_config(); }

const char *openblasBuilt() { return OPENBLAS_VERSION; }

const char *openblasPath() { return system::fileOf(reinterpret_cast<const void *>(&openblas_get_config)); }

}  // namespace eckart
