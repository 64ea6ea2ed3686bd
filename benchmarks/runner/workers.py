"""Peers as processes that answer one line to each line."""
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SDK = ROOT / "native/target/openblas-sdk"
LIMIT = 300  # s: a peer that takes longer for an answer is missing
NETLIB = "-Ddev.ludovic.netlib.{}.{}"
JAVA = {  # name: module under benchmarks, class in dev.eckart.benchmarks.peer, further arguments of the JVM
    "eckart": (".", "EckartPeer", []),
    "ejml": (".", "EjmlPeer", []),
    "ojalgo": (".", "OjAlgoPeer", []),
    "commons-math": (".", "CommonsMathPeer", []),
    "netlib": (".", "NetlibPeer", ["--add-modules", "jdk.incubator.vector",
                                   *[NETLIB.format(part, "allowNative=false") for part in ("blas", "lapack")]]),
    "netlib-openblas": (".", "NetlibPeer", [NETLIB.format(part, f"nativeLibPath={SDK}/libopenblas.so.0") for part in ("blas", "lapack")]),
    "smile": ("peers/smile", "smile.SmilePeer", []),
    "nd4j": ("peers/nd4j", "nd4j.Nd4jPeer", []),
}
PYTHON = ["scipy", "torch", "torch-same-excess", "torch-compiled"]


def java(*arguments, module="."):
    """A JVM with the class path of a module of the benchmarks."""
    target = ROOT / "benchmarks" / module / "target"
    jar = next(j for j in sorted(target.glob("eckart-benchmarks-*.jar")))
    classpath = f"{jar}{os.pathsep}{(target / 'classpath').read_text().strip()}"
    return [str(Path(os.environ["JAVA_HOME"]) / "bin" / "java"), "-cp", classpath, *native_access(), *arguments]


def native_access():
    release = (Path(os.environ["JAVA_HOME"]) / "release").read_text()
    version = release.split('JAVA_VERSION="')[1].split('"')[0].split(".")[0]
    return ["--enable-native-access=ALL-UNNAMED"] if int(version) >= 22 else []


def command(name, threads):
    if name == "openblas-c":
        return [str(ROOT / "benchmarks/target/gemm_reference"), str(threads)]
    if name in PYTHON:
        return [sys.executable, str(Path(__file__).with_name("python_peer.py")), name, str(threads)]
    module, main, arguments = JAVA[name]
    return java(f"-Deckart.threads={threads}", *arguments, f"dev.eckart.benchmarks.peer.{main}", module=module)


class Missing(Exception):
    """A peer that is not installed, fails, or lacks an operation."""


class Worker:
    def __init__(self, name, threads):
        self.name = name
        environment = dict(os.environ, OPENBLAS_NUM_THREADS=str(threads), OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
        if name == "netlib-openblas":
            environment["LD_LIBRARY_PATH"] = str(SDK)
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(command(name, threads), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
                                        text=True, env=environment, cwd=tempfile.gettempdir())
        self.description = self.ask("describe")

    def ask(self, *fields):
        timer = threading.Timer(LIMIT, self.process.kill)
        timer.start()
        try:
            self.process.stdin.write("\t".join(map(str, fields)) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline().strip()
        except BrokenPipeError:
            answer = ""
        finally:
            late = not timer.is_alive()
            timer.cancel()
        if not answer:
            self.fail(fields[0], f"no answer in {LIMIT} s" if late else None)
        return answer

    def fail(self, request, reason):
        """Eckart's failure is one of the whole run; a peer's is a line of the report."""
        self.process.kill()
        self.process.wait()
        self.errors.seek(0)
        said = self.errors.read().strip().splitlines() or ["no message"]
        if self.name == "eckart":
            raise RuntimeError(f"{self.name}: {request} failed: " + (reason or "\n".join(said[-15:])))
        causes = [line for line in said if "Error" in line or "Exception" in line] or said
        raise Missing(f"{request}: {reason or causes[-1].strip()}")

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

    def drop(self, name):
        """Forgets a process that has ended: the next case starts another."""
        worker = self.started.get(name)
        if worker and worker.process.poll() is not None:
            del self.started[name]

    def build(self, names):
        """Fetches and builds the peers that have a module, and so a class path, of their own."""
        for name in names:
            module = JAVA[name][0] if name in JAVA else "."
            if module == ".":
                continue
            print(f"building the peer {name} ...", file=sys.stderr, flush=True)
            done = subprocess.run(["mvn", "-q", "-B", "-ntp", "-Ppeers", "-pl", f"benchmarks/{module}", "-am", "package", "-DskipTests"],
                                  cwd=ROOT, capture_output=True, text=True)
            if done.returncode != 0:
                said = [line for line in (done.stdout + done.stderr).splitlines() if "ERROR" in line] or ["no message"]
                self.missing[name] = f"not built: {said[0]}"

    def close(self):
        for worker in self.started.values():
            worker.close()
