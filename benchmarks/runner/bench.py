"""Runs the comparisons and writes the table. Called by ci/bench."""
import argparse
import dataclasses
import datetime
import os
import platform
import re
import sys
import time
from pathlib import Path

import callers
import cases
import compare
import diffusion
import files
import outofcore
import plan
import processes
import report
import workers

ROOT = workers.ROOT
WHOLE = {**processes.ALL, "callers": callers.measure, "files": files.measure, "out-of-core": outofcore.measure, "plan": plan.measure,
         "diffusion": diffusion.measure}
GROUPS = {"Native libraries": ["openblas-c", *workers.PYTHON], "Java libraries": list(workers.JAVA)}


def arguments():
    names = [c.name for c in cases.cases()] + list(WHOLE)
    described = [f"  {c.name}: {c.operation} {' '.join('x'.join(map(str, s)) for s in c.shapes)}; {', '.join(c.peers)}" for c in cases.cases()]
    parser = argparse.ArgumentParser(
        prog="ci/bench", description="Eckart beside its peers, in one run.", formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="names, their operation, shapes and peers (a part of a name takes all that hold it):\n" + "\n".join(described)
        + "\n  " + ", ".join(WHOLE) + ": figures of whole processes\n"
        "`ci/bench jmh [REGEX]` runs the JMH benchmarks.")
    parser.add_argument("names", nargs="*", help="what to run; default all")
    parser.add_argument("--peers", help="names of peers, separated by commas; default all of a case")
    parser.add_argument("--rounds", type=int, help="rounds of each comparison, instead of its own number")
    parser.add_argument("--budget", type=float, default=compare.BUDGET, help="seconds of a peer in a case, beyond which it takes part in fewer "
                        "rounds; default %(default)s")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="of Eckart and of every peer")
    parser.add_argument("--gib", type=float, default=outofcore.GIB, help="size of the file of out-of-core; default %(default)s")
    parser.add_argument("--out", type=Path, help="where the table goes: OUT.md and OUT.json; default benchmarks/results/cpu, "
                        "cpu-NAMES for a part")
    given = parser.parse_args()
    everyone = sorted({p for c in cases.cases() for p in c.peers})
    outofcore.GIB, compare.BUDGET = given.gib, given.budget
    given.peers = given.peers.split(",") if given.peers else everyone
    for name in given.peers:
        if name not in everyone:
            parser.error(f"'{name}' is none of {', '.join(everyone)}")
    for name in given.names:
        if not any(name in known for known in names):
            parser.error(f"'{name}' is in none of {', '.join(names)}")
    return given


def busy_cores(seconds=3):
    """How many cores other work keeps busy. The load average would still count the build before."""
    ticks = lambda: [int(t) for t in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    before = ticks()
    time.sleep(seconds)
    passed = [b - a for a, b in zip(before, ticks())]
    return os.cpu_count() * (1 - (passed[3] + passed[4]) / max(1, sum(passed)))  # idle and waiting for a disk


def machine(given, running):
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text()).group(1)
    memory = int(re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text()).group(1)) / 2**20
    return {"date": datetime.date.today().isoformat(),
            "machine": f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GiB, Linux {platform.release()}; {given.threads} threads for everyone",
            "cores busy with other work when it began": f"{given.load:.2f}",
            **{name: worker.description for name, worker in running.started.items()}}


def main():
    given = arguments()
    given.load = busy_cores()
    wanted = lambda name: not given.names or any(n in name for n in given.names)
    inputs = ROOT / "benchmarks/target/inputs"
    inputs.mkdir(parents=True, exist_ok=True)
    out = given.out or ROOT / "benchmarks/results" / "-".join(["cpu", *given.names])
    rows, notes, running = [], [], workers.Workers(given.threads)
    if given.load > 0.2:
        notes.append(f"Other work kept {given.load:.1f} cores busy when it began: these figures are a rehearsal.")
    chosen = [dataclasses.replace(c, peers=[p for p in c.peers if p in given.peers]) for c in cases.cases() if wanted(c.name)]
    chosen = [c for c in chosen if c.peers]
    running.build(dict.fromkeys(p for c in chosen for p in c.peers))
    for case in chosen:
        print(f"{case.name} ...", file=sys.stderr, flush=True)
        more = compare.compare(case, running, compare.make_inputs(case, inputs), given.rounds or case.rounds)
        rows, notes = rows + more[0], notes + more[1]
        described = machine(given, running)
        report.write(out, rows, described, notes, GROUPS)  # after each case: a run that is stopped leaves what it has measured
    described = machine(given, running)
    running.close()
    for name, measure in WHOLE.items():
        if wanted(name):
            print(f"{name} ...", file=sys.stderr, flush=True)
            more = measure(given.rounds or 10)
            rows, notes = rows + more[0], notes + more[1]
            report.write(out, rows, described, notes, GROUPS)
    print(out.with_suffix(".md").read_text())
    return 1 if any(row.verdict == "WRONG" for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
