"""The empirical denoiser beside its two products, and samplers beside their network, a transformer of width 192 and depth 6."""
import subprocess

import numpy as np

from processes import run
from report import Row
from workers import ROOT, java

PRODUCTS, STEP = 1.3, 1 / 0.98  # of the time: at most 2 % of a step is the sampler's own arithmetic


def measure(rounds):
    data = subprocess.run([ROOT / "ci/data", "mnist"], check=True, capture_output=True, text=True).stdout.strip()
    import diffusion_transformer as dit
    lines = run(java("dev.eckart.benchmarks.DiffusionRates", str(rounds), f"{data}/train-images-idx3-ubyte", str(dit.weights("dit-192-6-4"))))
    times = {}
    for name, *both in (line.split("\t") for line in lines.splitlines()):
        times.setdefault(name, []).append([float(t) for t in both])
    return [row(name, np.array(both).T) for name, both in times.items()], []


def row(name, times):
    ours, theirs = times
    ratios = ours / theirs
    ratio, of_data = float(np.median(ratios)), name == "empirical"
    target = PRODUCTS if of_data else STEP
    return Row("empirical denoiser, 60,000 of MNIST, batch 64" if of_data else f"5 steps of {name}", "its two products" if of_data else "the network's part",
               float(np.median(ours)), float(np.median(theirs)), "s", ratio, [float(q) for q in np.quantile(ratios, [0.25, 0.75])], target, len(ours), {}, {},
               "pass" if ratio <= target else "MISS")
