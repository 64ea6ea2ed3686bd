// The gate of blas.h.
#include "blas.h"

#include <atomic>
#include <mutex>

namespace eckart {
namespace {

std::atomic<int> inside{0};
std::atomic<bool> raised{false};  // OpenBLAS has more than one thread
std::mutex switching;

void lower() {
  std::lock_guard<std::mutex> lock(switching);
  if (!raised) return;
  openblas_set_num_threads(1);  // the running driver goes on at one thread from its next BLAS call on
  raised = false;
}

const bool atLoad = [] {
  openblas_set_num_threads(1);
  return true;
}();

// A driver raises and then looks who is inside, a call counts itself inside and then looks whether it is raised: whichever
// comes second sees the other.
void enter() {
  inside++;
  if (raised) lower();
}

void leave() { inside--; }

}  // namespace

BlasCall::BlasCall() { enter(); }
BlasCall::~BlasCall() { leave(); }

DriverCall::DriverCall(int threads) {
  enter();
  if (threads <= 1 || inside != 1) return;
  {
    std::lock_guard<std::mutex> lock(switching);
    openblas_set_num_threads(threads);
    raised = raised_ = true;
  }
  if (inside != 1) lower();
}

DriverCall::~DriverCall() {
  if (raised_) lower();
  leave();
}

}  // namespace eckart
