// Memory, and what the machine lets the process use.
#include <algorithm>
#include <atomic>
#include <cblas.h>
#include <limits>
#include <mutex>
#include <new>
#include <unordered_map>

#include "blocks.h"
#include "eckart.h"
#include "system.h"

namespace eckart {
namespace {

constexpr int64_t ALIGNMENT = 64;
using system::HUGE_PAGE;
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
    for (const auto &[address, length] : kept) system::unmap(address, length);
    kept.clear();
    keptBytes = 0;
  }
};
Mappings &mappings() {
  static Mappings *instance = new Mappings;
  return *instance;
}

int64_t mapped(int64_t bytes) {
  if (bytes > std::numeric_limits<int64_t>::max() - 2 * HUGE_PAGE) throw std::bad_alloc();
  const int64_t page = system::pageSize(), length = (bytes + page - 1) / page * page;
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
  const int64_t address = system::map(length);
  try {
    all.lengths[address] = length;
  } catch (...) {
    system::unmap(address, length);
    throw;
  }
  return address;
}

std::atomic<int64_t> allocations{0};

}  // namespace

int64_t allocate(int64_t bytes) {
  if (bytes < 0) throw std::bad_alloc();
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (bytes >= blocks::SMALLEST && bytes < blocks::LARGEST) return blocks::allocate(bytes);
  if (bytes < MAPPED) {
    return system::allocate(ALIGNMENT, std::max(ALIGNMENT, (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT));
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
      system::unmap(address, length);
      return;
    }
  }
  if (blocks::deallocate(address)) return;
  system::free(address);
}

int64_t trim() {
  Mappings &all = mappings();
  std::unique_lock<std::mutex> lock(all.mutex);
  const int64_t mapped = all.keptBytes;
  all.giveBack();
  lock.unlock();
  const int64_t given = mapped + blocks::trim();
  system::trim();
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
  return kept + system::availableMemory();
}

int hardwareThreads() { return system::processors(); }

const char *openblasConfig() { return openblas_get_config(); }

const char *openblasBuilt() { return OPENBLAS_VERSION; }

const char *openblasPath() { return system::fileOf(reinterpret_cast<const void *>(&openblas_get_config)); }

}  // namespace eckart
