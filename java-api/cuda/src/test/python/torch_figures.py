"""PyTorch's part of GpuFigures: reads a case, "run TIMES", "accuracy ERROR" or "forget" a line, and answers each by a line of JSON.

Usage: torch_figures.py DEVICE. PyTorch is given its best setting: cuBLAS without TF32 unless a case asks for it, bfloat16 tensors where
it asks for those, the fastest of torch.linalg.svd's drivers for the shape, pinned memory for copies, CUDA graphs for what is recorded,
and for leading triplets twice the rank and as few iterations as make its error no larger than the one it is told.
"""
import json
import math
import sys
import time

try:
    import torch

    device = torch.device(sys.argv[1])
    torch.zeros(1, device=device)
except Exception as e:  # the reason goes to who asked
    print(json.dumps({"failed": f"{type(e).__name__}: {e}"}), flush=True)
    sys.exit(0)

KINDS = {"f64": torch.float64, "f32": torch.float32}
RANK = 1024  # as GpuDecomposition's
MOST_ITERATIONS = 40
SAME_EXCESS = 1e-6  # of two excesses: no difference, as benchmarks/runner/accuracy.py has it
NEAR = 2.5  # drivers that take longer than so many times the fastest's of a part are not tried on the whole
TRIALS = 20  # seconds after which no further driver is tried


def settle():
    if device.type == "cuda":
        torch.cuda.synchronize()


def once(body):
    settle()
    begin = time.perf_counter()
    body()
    settle()
    return time.perf_counter() - begin


def repeat(body, times):
    for _ in range(times):
        body()  # what it gives is freed at once, as Eckart's is


def loss(u):
    gram = u.mT @ u - torch.eye(u.shape[-1], dtype=u.dtype, device=device)
    return torch.linalg.matrix_norm(gram).max().item() / math.sqrt(u.shape[-1])


def judged(a, u, s, vh, optimum=0):
    """As GpuDecomposition.accuracy; of a batch the worst."""
    if a.dim() == 3:
        a, u, s, vh = (t.double() for t in (a, u, s, vh))
        error = (torch.linalg.matrix_norm(a - (u * s[:, None, :]) @ vh) / torch.linalg.matrix_norm(a)).max().item()
    else:
        error = (torch.linalg.norm(a - (u * s) @ vh, dtype=torch.float64) / torch.linalg.norm(a, dtype=torch.float64)).item()
    return {"error": error / optimum - 1 if optimum else error, "orthogonality": loss(u.double())}


class Case:
    def __init__(self, what):
        self.kind, self.sizes, self.how, self.gelu = KINDS[what["dtype"]], what["sizes"], what["how"], what["gelu"]
        self.driver, self.warm = None, False
        torch.set_float32_matmul_precision("high" if self.how == "TF32" else "highest")
        self.accuracy = lambda error: {}
        getattr(self, what["op"].replace("-", "_"))(*self.sizes)

    def normal(self, *shape):
        return torch.randn(*shape, dtype=self.kind, device=device)

    def factor(self, *shape):
        return self.normal(*shape).bfloat16() if self.how == "BF16" else self.normal(*shape)

    # ---- products

    def matmul(self, m, k, n):
        a, b = self.factor(m, k), self.factor(k, n)
        self.body = lambda: a @ b
        self.accuracy = lambda error: beside(a[:64] @ b, a[:64].double() @ b.double())

    def bmm(self, count, m, k, n):
        a, b = self.factor(count, m, k), self.factor(count, k, n)
        self.body = lambda: torch.bmm(a, b)
        self.accuracy = lambda error: beside(a[0] @ b[0], a[0].double() @ b[0].double())

    def linear(self, *sizes):
        rows, inputs, outputs = sizes[-3:]
        x, w, bias = self.factor(*sizes[:-3], rows, inputs), self.factor(*sizes[:-3], outputs, inputs), self.factor(outputs)
        gelu = lambda y: torch.nn.functional.gelu(y, approximate=self.gelu)
        self.driver = "separate calls"
        self.body = lambda: gelu(torch.matmul(x, w.mT) + bias)
        one = lambda t, rank: t if t.dim() == rank else t[0]

        def accuracy(error):
            some, weight = one(x, 2)[:64], one(w, 2)
            return beside(gelu(some @ weight.T + bias), gelu(some.double() @ weight.double().T + bias.double()))

        self.accuracy = accuracy

    def steps(self, batch):
        x, w = self.normal(batch, 128, 128), self.normal(batch, 128, 128)

        def step():
            now = x
            for _ in range(12):
                now = torch.tanh(torch.bmm(now, w) * .1) + x
            return now

        self.body = step
        if self.how == "recorded" and device.type == "cuda":
            step()
            settle()
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                step()
            self.body = graph.replay

    # ---- decompositions

    def svd(self, *shape):
        self.decompose(self.normal(*shape))

    def svd_condition(self, m, n, exponent):
        values = torch.logspace(0, -exponent, n, dtype=self.kind, device=device)
        w = torch.linalg.qr(self.normal(n, n))[0]
        self.decompose(self.normal(m, n) @ (values[:, None] * w))

    def decompose(self, a):
        """By the fastest driver: those that are near the fastest of a part are tried on the whole, in that order."""
        drivers = ("gesvdj", "gesvda", "gesvd") if device.type == "cuda" else (None,)
        body = lambda driver, of=a: torch.linalg.svd(of, full_matrices=False, driver=driver)
        part, took = corner(a), {}
        for driver in drivers:
            try:
                figures = judged(part, *body(driver, part))  # warm, and that it is no less accurate than the type is
                if figures["error"] < 1e3 * torch.finfo(self.kind).eps:
                    took[driver] = once(lambda: body(driver, part))
            except Exception as e:  # a driver that does not take the shape
                print(f"torch: {driver}: {e}", file=sys.stderr)
        near = sorted((d for d in took if took[d] <= NEAR * min(took.values())), key=took.get)
        fastest, begin = None, time.perf_counter()
        for driver in near:
            if fastest is not None and time.perf_counter() - begin > TRIALS:
                break
            try:
                seconds = once(lambda: body(driver))
                seconds = min(seconds, once(lambda: body(driver))) if seconds < 1 else seconds
            except Exception as e:
                print(f"torch: {driver}: {e}", file=sys.stderr)
                continue
            if fastest is None or seconds < fastest:
                fastest, self.driver = seconds, driver or "gesdd"
        if fastest is None:
            raise RuntimeError("no driver of torch.linalg.svd")
        chosen = None if self.driver == "gesdd" else self.driver
        self.body, self.warm = lambda: body(chosen), True
        self.accuracy = lambda error: judged(a, *self.body())

    def truncated(self, m, n, k):
        rank = min(RANK, m, n)
        values = 1 / torch.arange(1, rank + 1, dtype=torch.float64)
        optimum = (values[k:].square().sum() / values.square().sum()).sqrt().item()
        left = torch.linalg.qr(self.normal(m, rank))[0] * values.to(self.kind).to(device)
        a = left @ torch.linalg.qr(self.normal(n, rank))[0].T
        del left
        self.iterations, self.warm = 2, True
        width = min(2 * k, m, n)  # a small excess is reached soonest by twice the rank

        def lowrank():
            u, s, v = torch.svd_lowrank(a, width, niter=self.iterations)
            return u[:, :k], s[:k], v[:, :k]

        def excess():
            u, s, v = lowrank()
            return judged(a, u, s, v.T, optimum)

        def accuracy(error):
            """As benchmarks/runner/compare.py iterates: by how much an iteration gained, so many more are taken."""
            enough, more = max(error, 0) + SAME_EXCESS, 1
            figures = excess()
            while figures["error"] > enough and self.iterations < MOST_ITERATIONS:
                self.iterations += more
                before, figures = figures["error"], excess()
                gained = math.log(before / max(figures["error"], 1e-16)) / more
                needed = math.log(max(figures["error"], 1e-16) / enough) / gained if gained > 0 else 1
                more = max(1, min(MOST_ITERATIONS - self.iterations, int(needed)))
            self.driver = f"svd_lowrank, q {width}, niter {self.iterations}"
            return figures

        self.body, self.accuracy = lowrank, accuracy

    # ---- copies

    def upload(self, count):
        host = torch.rand(count, dtype=self.kind)
        there = torch.empty(count, dtype=self.kind, device=device)
        if device.type == "cuda":
            host = host.pin_memory()
        self.driver, self.body = "pinned", lambda: there.copy_(host, non_blocking=True)

    def download(self, count):
        there = torch.rand(count, dtype=self.kind, device=device)
        host = torch.empty(count, dtype=self.kind, pin_memory=device.type == "cuda")
        self.driver, self.body = "pinned", lambda: host.copy_(there, non_blocking=True)

    def copy(self, count):
        x = self.normal(count)
        self.body = x.clone


def beside(got, exact):
    return {"error": (torch.linalg.norm(got.double() - exact) / torch.linalg.norm(exact)).item()}


def corner(a):
    """A part of a large matrix or batch, of its shape more or less."""
    if a.dim() == 3:
        return a[:64]
    m, n = a.shape
    return a[:min(m, 1024 if m <= 4 * n else 16384), :min(n, 1024)].contiguous()


def answer(line, case):
    """The answer, and the case that is there from then on."""
    if line.startswith("{"):
        case = Case(json.loads(line))
        if not case.warm:
            case.body()
            settle()
        return {"ready": 1}, case
    if line.startswith("run"):
        times = int(line.split()[1])
        return {"seconds": once(lambda: repeat(case.body, times)) / times}, case
    if line.startswith("accuracy"):
        figures = case.accuracy(float(line.split()[1]))
        settle()
        return {**figures, **({"driver": case.driver} if case.driver else {})}, case
    return {"forgotten": 1}, None


print(json.dumps({"torch": torch.__version__}), flush=True)
current = None
with torch.inference_mode():
    for line in sys.stdin:
        try:
            said, current = answer(line.strip(), current)
        except Exception as e:  # one case must not take the others with it
            said, current = {"failed": f"{type(e).__name__}: {e}"}, None
        if current is None and device.type == "cuda":
            try:
                torch.cuda.empty_cache()
            except Exception as e:  # after a fault this process has no device; the next one has
                print(f"torch: {e}", file=sys.stderr)
                sys.exit(1)
        print(json.dumps(said), flush=True)
