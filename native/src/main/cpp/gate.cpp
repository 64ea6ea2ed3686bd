// The gate of blas.h: how many threads OpenBLAS has.
//
// Two OpenBLAS threads speed LAPACK's drivers up by a fifth to a third on idle cores, and slow them down ten- to fortyfold as soon
// as anything else wants a core. So a driver that is alone gets them, and a watcher takes them away when threads of this process
// begin to wait for a core (the kernel counts that per thread), whoever took it: another job, a compiler thread, a quota.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "blas.h"
#include "system.h"

namespace eckart {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds GLANCE{20};
constexpr double CROWDED = 0.25;  // of the time between two glances; an idle machine shows less than 0.01
constexpr milliseconds SHORTEST_PAUSE{1000}, LONGEST_PAUSE{60000};

// Never destroyed: the watcher sleeps in it while the process exits.
class Gate {
 public:
  // A driver raises and then looks who is inside, a call counts itself inside and then looks whether it is raised: whichever
  // comes second sees the other.
  void enter() {
    inside_++;
    if (raised_) lower();
    while (ending_) std::this_thread::sleep_for(std::chrono::hours(1));
  }

  void leave() { inside_--; }

  bool raise(int threads) {
    if (threads <= 1 || inside_ != 1) return false;
    {
      std::lock_guard<std::mutex> lock(switching_);
      if (Clock::now() < next_ || !watch()) return false;
      openblas_set_num_threads(threads);
      raised_ = true;
    }
    raising_.notify_one();
    if (inside_ != 1) lower();
    return true;
  }

  // The process exits, perhaps by a signal: OpenBLAS's destructor would take its memory away under the calls that run, and under
  // those to come. With a call inside, the process ends here, before any destructor; else no further call gets in.
  void end(int status) {
    ending_ = true;
    if (inside_ > 0 && status >= 0) std::_Exit(status);
  }

  // The running driver goes on at one thread from its next BLAS call on.
  void lower() {
    std::lock_guard<std::mutex> lock(switching_);
    if (!raised_) return;
    openblas_set_num_threads(1);
    raised_ = false;
  }

 private:
  std::atomic<int> inside_{0};
  std::atomic<bool> raised_{false};
  std::atomic<bool> ending_{false};
  std::mutex switching_;  // guards OpenBLAS's number of threads and what follows
  std::condition_variable raising_;
  Clock::time_point next_{};  // not raised again before
  milliseconds pause_ = SHORTEST_PAUSE;
  bool watching_ = false;

  // Makes the watcher; false where it could not tell or could not be made.
  bool watch() {
    if (watching_) return true;
    if (system::waitedForCores() < 0) return false;
    try {
      std::thread([this] { work(); }).detach();
      return watching_ = true;
    } catch (const std::system_error &) {
      return false;
    }
  }

  void work() {
    std::unique_lock<std::mutex> lock(switching_);
    for (;;) {
      raising_.wait(lock, [this] { return raised_.load(); });
      lock.unlock();
      int64_t before = system::waitedForCores();
      Clock::time_point since = Clock::now();
      std::this_thread::sleep_for(GLANCE);
      const int64_t after = system::waitedForCores();
      const std::chrono::nanoseconds passed = Clock::now() - since;
      lock.lock();
      if (after - before <= CROWDED * passed.count()) {
        if (raised_) pause_ = SHORTEST_PAUSE;
        continue;
      }
      if (raised_) openblas_set_num_threads(1);
      raised_ = false;
      next_ = Clock::now() + pause_;
      pause_ = std::min(2 * pause_, LONGEST_PAUSE);
    }
  }
};

Gate &gate() {
  static Gate *instance = [] {
    openblas_set_num_threads(1);
    return new Gate;
  }();
  return *instance;
}

// The handler stays valid: the library is never unloaded (-z nodelete).
const bool atLoad = [] {
  gate();
  system::atExit([](int status) { gate().end(status); });
  return true;
}();

}  // namespace

BlasCall::BlasCall() { gate().enter(); }
BlasCall::~BlasCall() { gate().leave(); }

DriverCall::DriverCall(int threads) {
  gate().enter();
  raised_ = gate().raise(threads);
}

DriverCall::~DriverCall() {
  if (raised_) gate().lower();
  gate().leave();
}

}  // namespace eckart
