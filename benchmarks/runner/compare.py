"""Eckart and its peers in turns: each round runs every one once, the first of a round changes, ratios are taken within a round."""
import math
import tempfile
import time

import numpy as np

import accuracy
from report import Row
from workers import Missing

WARM_UP = 2  # s of each case for each peer: until then the JVM's compiler takes a core now and then
PAUSE = 0.4  # s: after a call OpenBLAS's threads spin for some tens of ms and OpenMP's for 200, and would take a core from the next peer
MOST_ITERATIONS = 40  # of a peer that is to reach Eckart's excess
STEP = 10  # by which its last iteration may have left Eckart's behind
BUDGET = 15  # s of each case for each peer: slower ones take part in fewer rounds


def make_inputs(case, folder):
    """Arrays by the case's kind; a sparse matrix is three, its starts, columns and entries, at places drawn with replacement."""
    if case.operation.startswith("dit-"):
        import diffusion_transformer as dit
        dit.weights(case.operation)
    made = {}
    for i, shape in enumerate(case.shapes):
        random, name = np.random.default_rng(i), f"{'x'.join(map(str, shape))}-{case.dtype}-{i}"
        kind = case.kind if i == 0 else "normal"
        if case.entries and i == 0:
            made |= sparse_matrix(random, shape, case.entries, case.dtype, f"{name}-{case.entries}")
        else:
            made[name if kind == "normal" else f"{name}-{kind}"] = (
                lambda random=random, shape=shape, kind=kind: KINDS[kind](random, shape).astype(case.dtype))
    files = [folder / f"{name}.npy" for name in made]
    for file, make in zip(files, made.values()):
        if not file.exists():
            np.save(file, make())
    return files


def symmetric(random, shape):
    a = random.standard_normal(shape)
    return (a + a.T) / 2


def falling(power):
    """Random singular vectors, the singular values that accuracy.py expects."""
    def make(random, shape):
        m, n, k = *shape, min(shape)
        vectors = lambda rows: np.linalg.qr(random.standard_normal((rows, k)))[0]
        return (vectors(m) * np.arange(1, k + 1) ** -power) @ vectors(n).T
    return make


def low_rank(random, shape):
    """50 terms falling as 1/i, noise, and a mean that is not 0."""
    m, n, rank = *shape, 50
    terms = (random.standard_normal((m, rank)) / np.arange(1, rank + 1)) @ random.standard_normal((rank, n))
    return terms + 0.01 * random.standard_normal(shape) + random.standard_normal(n)


KINDS = {"normal": lambda random, shape: random.standard_normal(shape), "symmetric": symmetric, "low-rank": low_rank,
         **{kind: falling(power) for kind, power in accuracy.FALLING.items()},
         "index": lambda random, shape: random.integers(0, shape[0], shape)}


def sparse_matrix(random, shape, entries, dtype, name):
    place = np.sort(random.integers(0, shape[0] * shape[1], entries))
    starts = lambda: np.searchsorted(place // shape[1], np.arange(shape[0] + 1))
    return {f"{name}-starts": starts, f"{name}-columns": lambda: (place % shape[1]).astype(np.int32),
            f"{name}-entries": lambda: random.standard_normal(entries).astype(dtype)}


class Turns:
    """One case: who takes part, in how many rounds, and their times."""

    def __init__(self, case, workers, inputs, rounds):
        self.case, self.workers, self.inputs, self.rounds = case, workers, inputs, rounds
        self.figures, self.quota, self.times, self.notes = {}, {}, {}, []

    def attempt(self, name, action):
        """Peers that lack something, or fail, leave the case with a line; Eckart may not."""
        try:
            return action(self.workers.get(name))
        except Missing as e:
            if name == "eckart":
                raise
            self.notes.append(f"{self.case.name}: no {name} ({e})")
            self.quota[name] = 0
            self.workers.drop(name)

    def enter(self, worker):
        """Loads, runs once, judges the result, and runs on until warm."""
        worker.load(self.case.operation, self.inputs)
        seconds = self.judge(worker)
        if worker.name.endswith("-same-excess"):
            seconds = self.iterate(worker)
        spent = seconds if seconds > WARM_UP else 0
        while spent < WARM_UP:
            seconds = worker.run()
            spent += max(seconds, 1e-3)
        cut = self.rounds if worker.name == "eckart" else int(BUDGET / max(seconds, 1e-9))
        self.quota[worker.name] = max(1, min(self.rounds, cut))
        self.times[worker.name] = []

    def judge(self, worker):
        """Runs once, and computes the accuracy of what came out."""
        seconds = worker.run()
        with tempfile.TemporaryDirectory() as folder:
            worker.ask("write", folder)
            self.figures[worker.name] = accuracy.of(self.case.operation, self.inputs, folder)
        return seconds

    def iterate(self, worker):
        """Until its excess is Eckart's, by the measure that calls Eckart's as good as a peer's."""
        enough = self.figures["eckart"]["excess"] + accuracy.SAME_EXCESS
        excess, more, iterations, seconds = self.figures[worker.name]["excess"], 1, 0, 0
        while excess > enough and iterations < MOST_ITERATIONS:
            iterations = int(worker.ask("iterate", more))
            seconds = self.judge(worker)
            before, excess = excess, self.figures[worker.name]["excess"]
            rate = math.log(before / max(excess, 1e-16)) / more  # it slows down: that many more are needed at least
            more = max(1, min(MOST_ITERATIONS - iterations, int(math.log(max(excess, 1e-16) / enough) / rate))) if rate > 0 else 1
        self.notes.append(f"{self.case.name}: {worker.name} takes {iterations or 'its first 2'} iterations for an excess of {excess:.1e}"
                          + ("" if excess <= enough else f", above Eckart's {self.figures['eckart']['excess']:.1e}"))
        return seconds or worker.run()

    def play(self):
        names = ["eckart", *self.case.peers]
        for name in names:
            self.attempt(name, self.enter)
        for i in range(self.rounds):
            turn = i % len(names)
            for name in names[turn:] + names[:turn]:
                if i < self.quota[name]:
                    time.sleep(PAUSE)
                    self.attempt(name, lambda worker: self.times[worker.name].append(worker.run()))
        return [name for name in names[1:] if self.times.get(name) and self.quota[name] > 0]


def compare(case, workers, inputs, rounds):
    """Rows of Eckart against each peer that is there, and lines about those that are not."""
    turns = Turns(case, workers, inputs, rounds)
    return [row(turns, name) for name in turns.play()], turns.notes


def row(turns, name):
    case, ours, theirs = turns.case, turns.times["eckart"], turns.times[name]
    ratios = np.array(ours[:len(theirs)]) / np.array(theirs)
    ratio, target = float(np.median(ratios)), case.targets.get(name)
    return Row(case.name, name, float(np.median(ours)), float(np.median(theirs)), "s", ratio,
               [float(q) for q in np.quantile(ratios, [0.25, 0.75])], target, len(theirs), turns.figures["eckart"], turns.figures[name],
               verdict(name, case, turns.figures["eckart"], turns.figures[name], ratio, target), [min(ours), min(theirs)])


def verdict(name, case, ours, theirs, ratio, target):
    if not accuracy.acceptable(ours, case.operation, case.dtype, case.shapes):
        return "WRONG"
    if not accuracy.as_good(ours, theirs, STEP if name.endswith("-same-excess") else 1):
        return "less accurate"
    if any(value > max(1e-3, accuracy.epsilon(case.operation, case.dtype)) for name, value in theirs.items() if name not in accuracy.OF_THE_MATRIX):
        return "other is wrong"
    return "" if target is None else "pass" if ratio <= target else "MISS"
