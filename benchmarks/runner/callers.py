"""Many callers at once, alone and beside another process that keeps one core busy: the operations per second of all together."""
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from report import Row
from workers import java

OPERATIONS = {"svd": "svd-300x300-f64", "matmul": "gemm-512-f64"}
CALLERS = [1, 4, 16]
SECONDS = 1.5
LEAST = 0.8  # of what the free cores would do, each at the rate of one caller with one thread
BUSY = "while True: pass"


class Process:
    """Answers `operation callers threads seconds` with operations per second."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def rate(self, operation, callers, threads, seconds=SECONDS):
        self.process.stdin.write(f"{operation} {callers} {threads} {seconds}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)


def measure(rounds):
    """Rows against the one-thread rate times the free cores (alone all, else all but one), and against SciPy."""
    cores = len(os.sched_getaffinity(0))
    eckart = Process(java("dev.eckart.benchmarks.Callers"))
    scipy = Process([sys.executable, str(Path(__file__).with_name("python_callers.py"))])
    rows = []
    for operation, name in OPERATIONS.items():
        eckart.rate(operation, 1, 1, 4)  # until the JVM has compiled
        scipy.rate(operation, 1, 1)
        rates = {}
        for i in range(rounds):
            rates.setdefault("one", []).append(eckart.rate(operation, 1, 1))
            for busy in (False, True):
                other = subprocess.Popen([sys.executable, "-c", BUSY]) if busy else None
                try:
                    for callers in CALLERS:
                        rates.setdefault((busy, callers, "eckart"), []).append(eckart.rate(operation, callers, cores))
                        rates.setdefault((busy, callers, "scipy"), []).append(scipy.rate(operation, callers, cores))
                finally:
                    if other:
                        other.kill()
                        other.wait()
        for busy in (False, True):
            for callers in CALLERS:
                rows += rows_of(f"callers: {name} from {callers}{', a core busy' if busy else ''}", rates,
                                (busy, callers), cores - busy, rounds)
    eckart.close()
    scipy.close()
    return rows, ["callers: seconds per operation of all callers together; a core's worth is what one caller with one thread takes"]


def rows_of(name, rates, key, free, rounds):
    """Times per operation, so that a ratio below 1 is faster here too."""
    ours = 1 / np.array(rates[(*key, "eckart")])
    whole, theirs = 1 / (free * np.array(rates["one"])), 1 / np.array(rates[(*key, "scipy")])
    return [row(name, "1 core's worth" if free == 1 else f"{free} cores' worth", ours, whole, 1 / LEAST, rounds), row(name, "scipy", ours, theirs, None, rounds)]


def row(name, against, ours, theirs, target, rounds):
    ratios = ours / theirs
    verdict = "" if target is None else "pass" if np.median(ratios) <= target else "MISS"
    return Row(name, against, float(np.median(ours)), float(np.median(theirs)), "s", float(np.median(ratios)),
               [float(q) for q in np.quantile(ratios, [0.25, 0.75])], target, rounds, {}, {}, verdict)
