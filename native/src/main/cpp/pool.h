// The one native thread pool. A job is cut into independent parts; no part ever waits for another, so a core that is
// taken away (a container's quota, a second process) slows a job down and never stalls it.
#pragma once
#include <cstdint>
#include <functional>

namespace eckart {

// Runs body(i) for i in [0, parts) on at most `threads` threads, the caller's included; concurrent callers share the workers.
// The first exception thrown by a part is thrown again here, after all running parts have ended.
void parallelFor(int64_t parts, int threads, const std::function<void(int64_t)> &body);

// So many for each thread that one which loses its core, or shares it, is made up for by the others; the finer where a start costs nothing.
constexpr int RANGES_PER_THREAD = 4, FINE_RANGES_PER_THREAD = 12;

// Runs body(begin, end) over [0, count), cut into contiguous ranges of at least `grain`, at most `ranges` for each thread; one range runs on
// the caller alone.
void parallelRanges(int64_t count, int64_t grain, int threads, const std::function<void(int64_t, int64_t)> &body,
                    int ranges = RANGES_PER_THREAD);

}  // namespace eckart
