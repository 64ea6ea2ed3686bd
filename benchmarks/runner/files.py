"""Reading and writing of 2 GiB against plain copies from and to the page cache."""
import tempfile

import numpy as np

from processes import run
from report import Row
from workers import ROOT, java

MIB = 2048
LEAST = 0.8  # of the rate of a plain copy


def measure(rounds):
    with tempfile.TemporaryDirectory(dir=ROOT / "benchmarks/target") as folder:
        lines = [line.split("\t") for line in run(java("dev.eckart.benchmarks.FileRates", folder, str(MIB), str(rounds))).splitlines()]
    rows = []
    for format in ("npy", "safetensors"):
        read, plain_read, write, plain_write = np.array([line[1:] for line in lines if line[0] == format], float).T
        rows.append(row(f"{format}: read {MIB / 1024:g} GiB", "pread into used memory", read, plain_read, 1 / LEAST))
        rows.append(row(f"{format}: write {MIB / 1024:g} GiB", "write to a new file", write, plain_write, None))
    return rows, ["files: in the page cache before and after; a plain copy is one thread's, of the same bytes in the same JVM"]


def row(name, against, ours, plain, target):
    ratios = ours / plain
    verdict = "" if target is None else "pass" if np.median(ratios) <= target else "MISS"
    return Row(name, against, float(np.median(ours)), float(np.median(plain)), "s", float(np.median(ratios)),
               [float(q) for q in np.quantile(ratios, [0.25, 0.75])], target, len(ours), {}, {}, verdict)
