#include "blocks.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "system.h"

namespace eckart::blocks {
namespace {

constexpr int64_t LINE = 64, PAGE = 4096;
constexpr int64_t SMALLEST = 4 * LINE, PAGED = int64_t{64} << 10;  // from the second on a block begins with a page
constexpr int64_t MOST_KEPT = int64_t{64} << 20;
constexpr int STEPS = 4;  // size classes to each doubling: at most a quarter of a block is never touched

// The class of a size and the size of a class: 256 bytes, 320, 384, 448, 512, 640, ...
int classOf(int64_t bytes) {
  int index = 0;
  int64_t base = SMALLEST;
  for (; bytes > 2 * base; base *= 2) index += STEPS;
  return index + static_cast<int>((std::max(bytes, base) - base + base / STEPS - 1) / (base / STEPS));
}
int64_t sizeOf(int index) {
  const int64_t base = SMALLEST << (index / STEPS);
  return base + base / STEPS * (index % STEPS);
}

constexpr int CLASSES = 14 * STEPS + 1;

struct Kept {
  std::mutex mutex;
  std::array<std::vector<int64_t>, CLASSES> free;
  int64_t bytes = 0, reused = 0;

  int64_t trim() {
    for (auto &list : free) {
      for (const int64_t address : list) system::free(address);
      list.clear();
    }
    return std::exchange(bytes, 0);
  }
};
// Never destroyed: a thread may free memory while the process exits.
Kept &kept() {
  static Kept *instance = new Kept;
  return *instance;
}

}  // namespace

int64_t allocate(int64_t bytes) {
  const int index = classOf(bytes);
  Kept &all = kept();
  std::lock_guard<std::mutex> lock(all.mutex);
  auto &list = all.free[index];
  if (!list.empty()) {
    const int64_t address = list.back();  // the last one freed is the likeliest to be in the cache
    list.pop_back();
    all.bytes -= sizeOf(index);
    all.reused++;
    return address;
  }
  return system::allocate(bytes < PAGED ? LINE : PAGE, sizeOf(index));
}

void deallocate(int64_t address, int64_t bytes) {
  const int index = classOf(bytes);
  Kept &all = kept();
  std::lock_guard<std::mutex> lock(all.mutex);
  // Sizes that are asked for no longer make room for those that are.
  if (all.bytes + sizeOf(index) > MOST_KEPT) all.trim();
  try {
    all.free[index].push_back(address);
    all.bytes += sizeOf(index);
  } catch (const std::bad_alloc &) {
    system::free(address);
  }
}

int64_t trim() {
  std::lock_guard<std::mutex> lock(kept().mutex);
  return kept().trim();
}

int64_t keptBytes() {
  std::lock_guard<std::mutex> lock(kept().mutex);
  return kept().bytes;
}

int64_t reused() {
  std::lock_guard<std::mutex> lock(kept().mutex);
  return kept().reused;
}

}  // namespace eckart::blocks
