"""Eckart and its peers in turns: each round runs every one once, the first of a round changes, ratios are taken within a round."""
import tempfile
import time

import numpy as np

import accuracy
from report import Row
from workers import Missing

WARM_UP = 2  # s of each case for each peer: until then the JVM's compiler takes a core now and then
PAUSE = 0.4  # s: after a call OpenBLAS's threads spin for some tens of ms and OpenMP's for 200, and would take a core from the next peer


def make_inputs(case, folder):
    """Standard normal arrays; a sparse matrix is three, its starts, columns and entries, at places drawn with replacement."""
    made = {}
    for i, shape in enumerate(case.shapes):
        random, name = np.random.default_rng(i), f"{'x'.join(map(str, shape))}-{case.dtype}-{i}"
        if case.entries and i == 0:
            made |= sparse_matrix(random, shape, case.entries, case.dtype, f"{name}-{case.entries}")
        else:
            made[name] = lambda random=random, shape=shape: random.standard_normal(shape).astype(case.dtype)
    files = [folder / f"{name}.npy" for name in made]
    for file, make in zip(files, made.values()):
        if not file.exists():
            np.save(file, make())
    return files


def sparse_matrix(random, shape, entries, dtype, name):
    place = np.sort(random.integers(0, shape[0] * shape[1], entries))
    starts = lambda: np.searchsorted(place // shape[1], np.arange(shape[0] + 1))
    return {f"{name}-starts": starts, f"{name}-columns": lambda: (place % shape[1]).astype(np.int32),
            f"{name}-entries": lambda: random.standard_normal(entries).astype(dtype)}


def compare(case, workers, inputs, rounds):
    """Rows of Eckart against each peer that is there, and lines about those that are not."""
    names, absent, figures = ["eckart"], [], {}
    for name in ["eckart"] + case.peers:
        try:
            worker = workers.get(name)
            worker.load(case.operation, inputs)
        except Missing as e:
            absent.append(f"{case.name}: no {name} ({e})")
            continue
        worker.run()  # warm-up, and the result that is checked
        with tempfile.TemporaryDirectory() as folder:
            worker.ask("write", folder)
            figures[name] = accuracy.of(case.operation, inputs, folder)
        if name != "eckart":
            names.append(name)
    for name in names:
        end = time.monotonic() + WARM_UP
        while time.monotonic() < end:
            workers.get(name).run()
    times = {name: [] for name in names}
    for i in range(rounds):
        turn = i % len(names)
        for name in names[turn:] + names[:turn]:
            time.sleep(PAUSE)
            times[name].append(workers.get(name).run())
    rows = []
    for name in names[1:]:
        ratios = np.array(times["eckart"]) / np.array(times[name])
        target = case.targets.get(name)
        verdict = ""
        if not accuracy.acceptable(figures["eckart"], case.dtype, case.shapes):
            verdict = "WRONG"
        elif not accuracy.as_good(figures["eckart"], figures[name]):
            verdict = "less accurate"
        elif target is not None:
            verdict = "pass" if np.median(ratios) <= target else "MISS"
        rows.append(Row(case.name, name, float(np.median(times["eckart"])), float(np.median(times[name])), "s",
                        float(np.median(ratios)), [float(q) for q in np.quantile(ratios, [0.25, 0.75])], target, rounds,
                        figures["eckart"], figures[name], verdict,
                        [min(times["eckart"]), min(times[name])]))
    return rows, absent
