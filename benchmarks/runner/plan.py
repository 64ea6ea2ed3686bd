"""The plan's choice of a driver against the fastest one, over random matrices: none of these was used to find the rules of the choice."""
import numpy as np

from processes import run
from report import Row
from workers import java

CASES = 100
SEED = 20261201
MEDIAN, WORST = 1.05, 1.2  # of the chosen driver's time over the fastest one's


def measure(_):
    lines = run(java("dev.eckart.benchmarks.PlanChoice", str(CASES), str(SEED))).split("\n")
    cases = [line.split() for line in lines if line]
    rows, notes = [], []
    for name, some in (("all triplets", [c for c in cases if c[3] == "0"]), ("leading triplets", [c for c in cases if c[3] != "0"])):
        chosen, best = np.array([float(c[6]) for c in some]), np.array([float(c[7]) for c in some])
        ratios = chosen / best
        quartiles = [float(q) for q in np.quantile(ratios, [0.25, 0.75])]
        for what, ratio, target in ((f"plan: {name}, median", np.median(ratios), MEDIAN), (f"plan: {name}, worst", ratios.max(), WORST)):
            rows.append(Row(what, "the fastest driver", float(np.median(chosen)), float(np.median(best)), "s", float(ratio), quartiles, target, len(some),
                            {}, {}, "pass" if ratio <= target else "MISS"))
        worst = some[int(np.argmax(ratios))]
        notes.append(f"plan, {name}: {int((ratios > WORST).sum())} of {len(some)} take more than {WORST} of the fastest; worst for"
                     + f" {worst[0]} {worst[1]}x{worst[2]}" + (f" k={worst[3]}" if worst[3] != "0" else "")
                     + f", singular values i^-{worst[4]}: {worst[5]} of {worst[8]}")
    return rows, notes
