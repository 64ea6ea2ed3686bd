"""SciPy from many threads; the protocol is that of dev.eckart.benchmarks.Callers."""
import sys
import threading
import time

import numpy as np
import scipy.linalg
import threadpoolctl

random = np.random.default_rng(0)
square, left, right = random.standard_normal((300, 300)), random.standard_normal((512, 512)), random.standard_normal((512, 512))
OPERATIONS = {"svd": lambda: scipy.linalg.svd(square, full_matrices=False, check_finite=False, lapack_driver="gesdd"),
              "matmul": lambda: left @ right}


def rate(operation, callers, seconds):
    done, start = [], time.perf_counter()

    def call():
        count = 0
        while time.perf_counter() < start + seconds:
            operation()
            count += 1
        done.append(count)

    threads = [threading.Thread(target=call) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - start)


for line in sys.stdin:
    operation, callers, threads, seconds = line.split()
    with threadpoolctl.threadpool_limits(limits=int(threads)):
        print(rate(OPERATIONS[operation], int(callers), float(seconds)), flush=True)
