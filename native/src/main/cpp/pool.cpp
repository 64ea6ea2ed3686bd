// The pool of pool.h.
//
// One list of jobs, one mutex. A caller publishes its job, takes parts itself, and at the end waits only for parts that a worker
// is running: parts are handed out by an atomic counter, so a worker that never gets a core costs nothing. The pool is made on
// first use and never destroyed: its threads are detached and sleep while the process exits.
//
// A sleeping worker is woken on another CPU than the caller's. Left to itself the kernel puts it beside the caller whenever no CPU
// looks idle (another process runs, another library's threads still spin), and there it gets its turn when the job is over.
#include "pool.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "system.h"

namespace eckart {
namespace {

constexpr int MAX_WORKERS = 256;
constexpr int SPINS = 2000;           // some tens of microseconds: the next product of a loop finds its worker awake

thread_local bool insidePart = false;

// One turn of a waiting loop: leaves the core's resources to its other thread.
inline void spin() {
#if defined(__aarch64__)
  asm volatile("yield");
#else
  __builtin_ia32_pause();
#endif
}

struct Job {
  const std::function<void(int64_t)> &body;
  const int64_t parts;
  int openings;  // workers that may still join; this and the next two are changed under the pool's mutex
  std::atomic<int> active{0};
  std::exception_ptr failure;
  std::atomic<int64_t> next{0};
  std::condition_variable ended;

  Job(const std::function<void(int64_t)> &body, int64_t parts, int openings) : body(body), parts(parts), openings(openings) {}

  bool exhausted() const { return next.load(std::memory_order_relaxed) >= parts; }

  // Takes parts until none is left; the exception of one stops the hand-out.
  std::exception_ptr run() noexcept {
    insidePart = true;
    std::exception_ptr thrown;
    for (int64_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < parts;) {
      try {
        body(i);
      } catch (...) {
        thrown = std::current_exception();
        next.store(parts, std::memory_order_relaxed);
      }
    }
    insidePart = false;
    return thrown;
  }
};

// One that sleeps until it is told to look for jobs again.
struct Sleeper {
  const pthread_t thread = pthread_self();
  bool woken = false;  // under the pool's mutex
  std::condition_variable wake;
};

class Pool {
 public:
  void run(Job &job) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      grow(job.openings);
      jobs_.push_back(&job);
      waiting_.store(static_cast<int>(jobs_.size()), std::memory_order_relaxed);
      wake(job.openings);
    }
    std::exception_ptr thrown = job.run();
    std::unique_lock<std::mutex> lock(mutex_);
    forget(job);
    if (job.active > 0) {
      lock.unlock();
      for (int i = 0; i < SPINS && job.active.load(std::memory_order_relaxed) > 0; i++) spin();
      lock.lock();
    }
    job.ended.wait(lock, [&] { return job.active == 0; });
    if (!job.failure) job.failure = thrown;
    if (job.failure) std::rethrow_exception(job.failure);
  }

 private:
  std::mutex mutex_;
  std::deque<Job *> jobs_;
  std::atomic<int> waiting_{0};  // jobs_.size(), for the spinning workers
  int workers_ = 0;
  std::vector<Sleeper *> sleepers_;  // the last to fall asleep is woken first: its caches are the warmest
  system::Cores home_;               // where workers may run

  void wake(int wanted) {
    for (; wanted > 0 && !sleepers_.empty(); wanted--) {
      Sleeper &worker = *sleepers_.back();
      sleepers_.pop_back();
      home_.keepFromHere(worker.thread);
      worker.woken = true;
      worker.wake.notify_one();
    }
  }

  void forget(Job &job) {
    jobs_.erase(std::remove(jobs_.begin(), jobs_.end(), &job), jobs_.end());
    waiting_.store(static_cast<int>(jobs_.size()), std::memory_order_relaxed);
  }

  void grow(int wanted) {
    wanted = std::min(wanted, MAX_WORKERS);
    if (workers_ >= wanted) return;
    if (workers_ == 0) home_ = system::Cores::ofThisThread();
    const system::WithoutSignals quiet;
    try {
      while (workers_ < wanted) {
        std::thread([this] { work(); }).detach();
        workers_++;
      }
    } catch (const std::system_error &) {
      // No more threads to be had: the caller does what the workers do not.
    }
  }

  // The oldest job with an opening goes to the back of the list, so that concurrent callers get workers in turn.
  Job *take() {
    while (!jobs_.empty()) {
      Job *job = jobs_.front();
      jobs_.pop_front();
      if (!job->exhausted() && job->openings > 0) {
        if (--job->openings > 0) jobs_.push_back(job);
        waiting_.store(static_cast<int>(jobs_.size()), std::memory_order_relaxed);
        job->active++;
        return job;
      }
    }
    waiting_.store(0, std::memory_order_relaxed);
    return nullptr;
  }

  // From a wake-up on the worker may be moved anywhere again.
  void sleep(std::unique_lock<std::mutex> &lock, Sleeper &self) {
    self.woken = false;
    sleepers_.push_back(&self);
    self.wake.wait(lock, [&] { return self.woken; });
    if (home_.none()) return;
    lock.unlock();
    home_.release(self.thread);
    lock.lock();
  }

  void work() {
    system::nameThread("eckart");
    Sleeper self;
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      Job *job = take();
      if (job == nullptr) {
        lock.unlock();
        for (int i = 0; i < SPINS && waiting_.load(std::memory_order_relaxed) == 0; i++) spin();
        lock.lock();
        if (jobs_.empty()) sleep(lock, self);
        continue;
      }
      lock.unlock();
      std::exception_ptr thrown = job->run();
      lock.lock();
      if (thrown && !job->failure) job->failure = thrown;
      // Notified under the lock: the job lives on its caller's stack and is gone as soon as the caller sees zero.
      if (--job->active == 0) job->ended.notify_one();
    }
  }
};

std::atomic<Pool *> current{nullptr};

// A forked child has none of the threads and perhaps a locked mutex: it gets a pool of its own.
void afterFork() { current.store(nullptr); }

Pool &pool() {
  Pool *pool = current.load(std::memory_order_acquire);
  if (pool != nullptr) return *pool;
  static const bool registered = (system::afterFork(afterFork), true);  // without it only a forked child would suffer
  (void)registered;
  Pool *fresh = new Pool;
  if (current.compare_exchange_strong(pool, fresh)) return *fresh;
  delete fresh;
  return *pool;
}

}  // namespace

void parallelFor(int64_t parts, int threads, const std::function<void(int64_t)> &body) {
  if (parts <= 1 || threads <= 1 || insidePart) {
    for (int64_t i = 0; i < parts; i++) body(i);
    return;
  }
  Job job(body, parts, static_cast<int>(std::min<int64_t>(parts - 1, std::min(threads - 1, MAX_WORKERS))));
  pool().run(job);
}

void parallelRanges(int64_t count, int64_t grain, int threads, const std::function<void(int64_t, int64_t)> &body, int ranges) {
  if (count <= 0) return;
  int64_t most = threads <= 1 ? 1 : static_cast<int64_t>(threads) * ranges;
  int64_t parts = std::clamp<int64_t>(count / std::max<int64_t>(grain, 1), 1, most);
  if (parts == 1) return body(0, count);
  int64_t length = count / parts, longer = count % parts;
  parallelFor(parts, threads, [&](int64_t i) {
    int64_t begin = i * length + std::min(i, longer);
    body(begin, begin + length + (i < longer ? 1 : 0));
  });
}

}  // namespace eckart
