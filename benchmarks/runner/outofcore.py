"""Leading triplets of a .npy that stays in its file: time against reading and products alone, and resident memory."""
import numpy as np

from processes import peak, run
from report import Row
from workers import ROOT, java

GIB = 1.0  # size of the file; ci/bench --gib
COLUMNS, RANK, HEAP = 4096, 50, "-Xmx512m"
MOST_TIME, MOST_MEMORY = 1.3, 1.5
MAIN = "dev.eckart.benchmarks.OutOfCore"


def make(path, rows):
    """Singular values that fall as 1/i, over noise; written in parts."""
    random = np.random.default_rng(0)
    right = random.standard_normal((200, COLUMNS)) / np.arange(1, 201)[:, None]
    header = {"descr": "<f8", "fortran_order": False, "shape": (rows, COLUMNS)}
    with open(path, "wb") as out:
        np.lib.format.write_array_header_1_0(out, header)
        for start in range(0, rows, 4096):
            part = random.standard_normal((min(4096, rows - start), 200)) @ right
            part += 1e-3 * random.standard_normal(part.shape, dtype=np.float32)
            out.write(part.tobytes())


def measure(rounds):
    path = ROOT / "benchmarks/target/inputs" / f"out-of-core-{GIB:g}.npy"
    rows = int(GIB * 2**30 / 8 / COLUMNS)
    path.parent.mkdir(parents=True, exist_ok=True)
    make(path, rows)
    seconds, bounds, notes = [], [], []
    try:
        for _ in range(min(3, rounds)):
            read, rate = map(float, run(java(MAIN, "rates", str(path))).split())
            took, passes, flops, residual = map(float, run(java(HEAP, MAIN, "svd", str(path), str(RANK))).split())
            seconds.append(took)
            bounds.append(max(passes * read, flops / rate))
            notes.append(f"out-of-core: {passes:.0f} passes; one read of the file {read:.2f} s, {flops / 1e9:.0f} Gflop at {rate / 1e9:.0f} GF/s")
        memory = peak(java(HEAP, MAIN, "svd", str(path), str(RANK))) / 2**30
    finally:
        path.unlink()
    ratios = np.array(seconds) / np.array(bounds)
    ratio = float(np.median(ratios))
    name = f"out-of-core: k={RANK} of {rows}x{COLUMNS} f64, {GIB:g} GiB"
    return [Row(name, "the longer of reading and products", float(np.median(seconds)), float(np.median(bounds)), "s", ratio,
                [float(q) for q in np.quantile(ratios, [0.25, 0.75])], MOST_TIME, len(seconds), {"relative residual": residual}, {},
                "pass" if ratio <= MOST_TIME else "MISS"),
            Row(f"{name}: resident memory, heap 512 MiB", "", memory, None, "GiB", None, [], MOST_MEMORY, 1, {}, {},
                "pass" if memory <= MOST_MEMORY else "MISS")], notes[-1:]
