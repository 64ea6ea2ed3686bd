"""Figures of whole processes: overhead of a call, start-up, peak memory."""
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np

from report import Row
from workers import ROOT, java

JAR = ROOT / "java-api/cli/target/eckart.jar"


def run(arguments):
    done = subprocess.run(arguments, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(arguments[-4:])}: exit status {done.returncode}: {done.stderr.strip()[-2000:]}")
    return done.stdout


def program(*arguments):
    return [str(Path(os.environ["JAVA_HOME"]) / "bin" / "java"), "-jar", str(JAR), *arguments]


def overhead(rounds):
    """matmul of two 64x64 above the native call, in ns: at most 1 µs."""
    batches = 300 * rounds
    matmul, bare, extra, low, high, deviation = map(float, run(java("dev.eckart.benchmarks.MatmulOverhead", str(batches))).split())
    verdict = "pass" if extra <= 1000 and deviation == 0 else "MISS"
    return [Row("matmul-64 above the native call", "Native.gemm", matmul, bare, "ns", None, [low, high], 1000, batches,
                {"deviation": deviation}, {}, verdict)], [f"matmul-64: median difference {extra:.0f} ns per call; quartiles are of the difference"]


def startup(rounds):
    """New JVM to the end of a small SVD, with the library's cache warm: at most 0.8 s."""
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/small.npy", np.arange(6.0).reshape(3, 2))
        rows = [startup_row("startup: SVD of 3x2 in a new JVM", java("dev.eckart.benchmarks.FirstResult"), rounds)]
        if JAR.exists():
            rows.append(startup_row("startup: eckart.jar svd small.npy --out", program("svd", f"{folder}/small.npy", "--out", f"{folder}/out"), rounds))
    return rows, [] if JAR.exists() else ["startup: no eckart.jar"]


def startup_row(name, arguments, rounds):
    seconds = []
    for i in range(-2, rounds):
        start = time.perf_counter()
        run(arguments)
        if i >= 0:
            seconds.append(time.perf_counter() - start)
    median = float(np.median(seconds))
    return Row(name, "", median, None, "s", None, [float(q) for q in np.quantile(seconds, [0.25, 0.75])], 0.8, rounds, {}, {},
               "pass" if median <= 0.8 else "MISS")


def memory(_):
    """Peak resident memory of `svd` on 4000x4000 f64 over the size of the matrix: at most 6.3 (gesdd), 3.3 (gesvd)."""
    if not JAR.exists():
        return [], ["memory: no eckart.jar"]
    n, rows, notes = 4000, [], []
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/10.npy", np.random.default_rng(0).standard_normal((10, 10)))
        np.save(f"{folder}/{n}.npy", np.random.default_rng(0).standard_normal((n, n)))
        for driver, target in [("gesdd", 6.3), ("gesvd", 3.3)]:
            base = peak(program("svd", f"{folder}/10.npy", "--driver", driver, "--out", f"{folder}/10"))
            total = peak(program("svd", f"{folder}/{n}.npy", "--driver", driver, "--out", f"{folder}/{n}"))
            matrix = n * n * 8
            certificate = json.loads(Path(f"{folder}/{n}/report.json").read_text())["certificate"]
            figures = {"residual bound": certificate["relativeResidual"], "orthogonality bound": max(certificate["orthogonalityU"], certificate["orthogonalityV"])}
            rows.append(Row(f"memory: eckart.jar svd {n}x{n} f64 {driver}, over the matrix", "", total / matrix, None, "x", None, [], target, 1,
                            figures, {}, "pass" if total <= target * matrix else "MISS"))
            notes.append(f"memory, {driver}: {total / 1e6:.0f} MB, of which {base / 1e6:.0f} MB stand already with a 10x10 matrix; "
                         f"without these {(total - base) / matrix:.2f} x")
    return rows, notes


def peak(arguments):
    """VmHWM in bytes: the kernel's own high-water mark, read until the process ends."""
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    highest = 0
    while process.poll() is None:
        try:
            for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    highest = max(highest, int(line.split()[1]) * 1024)
        except (FileNotFoundError, ProcessLookupError):
            break
        time.sleep(0.002)
    if process.wait() != 0:
        raise RuntimeError(f"{' '.join(arguments[2:])}: exit status {process.returncode}: {process.stderr.read()}")
    return highest


ALL = {"matmul-64": overhead, "startup": startup, "memory": memory}
