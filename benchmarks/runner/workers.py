"""Peers as processes that answer one line to each line."""
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def java(*arguments):
    """A JVM with the benchmarks on its class path."""
    module = ROOT / "benchmarks" / "target"
    jar = next(j for j in sorted(module.glob("eckart-benchmarks-*.jar")))
    classpath = f"{jar}{os.pathsep}{(module / 'classpath').read_text().strip()}"
    return [str(Path(os.environ["JAVA_HOME"]) / "bin" / "java"), "-cp", classpath, *native_access(), *arguments]


def native_access():
    release = (Path(os.environ["JAVA_HOME"]) / "release").read_text()
    version = release.split('JAVA_VERSION="')[1].split('"')[0].split(".")[0]
    return ["--enable-native-access=ALL-UNNAMED"] if int(version) >= 22 else []


def command(name, threads):
    if name == "openblas-c":
        return [str(ROOT / "benchmarks/target/gemm_reference"), str(threads)]
    if name in ("scipy", "torch"):
        return [sys.executable, str(Path(__file__).with_name("python_peer.py")), name, str(threads)]
    return java(f"-Deckart.threads={threads}", "dev.eckart.benchmarks.peer.Worker", name)


class Missing(Exception):
    """A peer that is not installed, or lacks an operation."""


class Worker:
    def __init__(self, name, threads):
        self.name = name
        environment = dict(os.environ, OPENBLAS_NUM_THREADS=str(threads), OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
        self.process = subprocess.Popen(command(name, threads), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, env=environment)
        self.description = self.ask("describe")

    def ask(self, *fields):
        try:
            self.process.stdin.write("\t".join(map(str, fields)) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline().strip()
        except BrokenPipeError:
            answer = ""
        if not answer:
            self.process.kill()
            said = self.process.stderr.read().strip().splitlines() or ["no message"]
            missing = [line for line in said if "ModuleNotFoundError" in line]
            raise Missing(missing[-1]) if missing else RuntimeError(f"{self.name}: {fields[0]} failed: " + "\n".join(said[-15:]))
        return answer

    def load(self, operation, inputs):
        if self.ask("load", operation, *inputs) == "missing":
            raise Missing(f"{self.name} has no {operation} of this type")

    def run(self):
        return float(self.ask("run"))

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)


class Workers:
    """Started when first needed, kept until the end."""

    def __init__(self, threads):
        self.threads, self.started, self.missing = threads, {}, {}

    def get(self, name):
        if name in self.missing:
            raise Missing(self.missing[name])
        if name not in self.started:
            try:
                self.started[name] = Worker(name, self.threads)
            except Missing as e:
                self.missing[name] = str(e)
                raise
        return self.started[name]

    def close(self):
        for worker in self.started.values():
            worker.close()
