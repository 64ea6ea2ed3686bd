"""NumPy / SciPy or PyTorch as a peer; the protocol is that of dev.eckart.benchmarks.peer.Worker.

Arguments: scipy or torch, and the number of threads. The process starts with OPENBLAS_NUM_THREADS set to that.
"""
import sys
import time

import numpy as np

LEADING = 20  # of pca


class SciPy:
    """SVD at SciPy's best documented setting: gesdd on a Fortran-ordered copy that it may overwrite, entries not checked."""

    def __init__(self, threads):
        import scipy.linalg
        import threadpoolctl
        self.threads, self.scipy = threads, scipy
        threadpoolctl.threadpool_limits(limits=threads)
        self.libraries = threadpoolctl.threadpool_info()

    def describe(self):
        blas = {f"{lib['internal_api']} {lib['version']} {lib.get('architecture', '')} {lib['num_threads']} threads"
                for lib in self.libraries if lib["user_api"] == "blas"}
        return f"SciPy {self.scipy.__version__}, NumPy {np.__version__}, {' / '.join(sorted(blas))}"

    def load(self, operation, inputs):
        self.operation, self.inputs = operation, inputs
        if operation == "truncated":  # scikit-learn at its default of 5 power iterations
            from sklearn.utils.extmath import randomized_svd
            NUMPY["truncated"] = lambda a, _: randomized_svd(a, 100, n_iter=5, random_state=0)
        if operation.startswith("truncated-dense-"):  # scikit-learn at its defaults; a fixed seed, as Eckart has
            from sklearn.utils.extmath import randomized_svd
            NUMPY[operation] = lambda a: randomized_svd(a, leading(operation), random_state=0)
        if operation == "pca":
            from sklearn.decomposition import PCA
            NUMPY["pca"] = lambda a: pca(PCA(LEADING, random_state=0), a)
        if operation == "gather":
            self.inputs = [inputs[0].astype(np.int64), inputs[1]]
        if operation.startswith("spmm") or operation == "truncated":
            from scipy.sparse import csr_matrix
            starts, columns, entries, x = inputs
            shape = (len(starts) - 1, int(columns.max()) + 1 if operation == "spmm-transposed" else len(x))
            self.inputs = [csr_matrix((entries, columns, starts.astype(np.int32)), shape), x]
        return operation in ("svd", "eigh") or operation in NUMPY

    def prepare(self):
        self.result = None
        if self.operation in ("svd", "eigh"):
            self.copy = np.array(self.inputs[0], order="F")

    def run(self):
        if self.operation == "svd":
            self.result = self.scipy.linalg.svd(
                self.copy, full_matrices=False, overwrite_a=True, check_finite=False, lapack_driver="gesdd")
        elif self.operation == "eigh":
            w, v = self.scipy.linalg.eigh(self.copy, overwrite_a=True, check_finite=False, driver="evd")
            self.result = [w, v.T]
        else:
            self.result = as_list(NUMPY[self.operation](*self.inputs))

    def arrays(self):
        return self.result


def leading(operation):
    return int(operation.rpartition("-")[2])


def as_list(result):
    return list(result) if isinstance(result, tuple) else [result]


def pca(model, a):
    scores = model.fit_transform(a)
    return model.components_, model.mean_, scores


NUMPY = {
    "matmul": lambda a, b: a @ b,
    "add": lambda a, b: a + b,
    "cumsum": np.cumsum,
    "argmax-columns": lambda a: a.argmax(0),
    "gather": lambda index, rows: np.take(rows, index, 0),
    "svd-batch": lambda a: np.linalg.svd(a, full_matrices=False),
    "spmm": lambda a, x: a @ x,
    "spmm-transposed": lambda a, y: a.T @ y,
}


class Torch:
    def __init__(self, threads, compiled=False, exact=False):
        import torch
        self.torch, self.compiled, self.exact = torch, compiled, exact
        torch.set_num_threads(threads)

    def describe(self):
        return f"PyTorch {self.torch.__version__}, {self.torch.get_num_threads()} threads"

    def load(self, operation, inputs):
        self.operation, self.inputs = operation, [self.torch.from_numpy(x) for x in inputs]
        if operation.startswith("dit-"):
            import diffusion_transformer as dit
            model = dit.read(dit.weights(operation))
            self.operation, self.model = "transformer", self.torch.compile(model) if self.compiled else model
            count = len(self.inputs[0])
            self.inputs += [self.torch.full((count,), 500.), self.torch.full((count,), 3)]
            self.run()  # compiles: no part of the time
        if operation == "matmul-bf16":  # rounded beforehand
            self.operation, self.inputs = "matmul", [x.bfloat16() for x in self.inputs]
        if operation in ("gather", "index-add"):
            self.inputs[0] = self.inputs[0].long()
        if operation.startswith("spmm"):  # once, as Eckart and SciPy keep theirs; A' is built of its own
            starts, columns, entries, x = self.inputs
            width = int(columns.max()) + 1 if operation == "spmm-transposed" else len(x)
            a = self.torch.sparse_csr_tensor(starts, columns.long(), entries, (len(starts) - 1, width))
            self.inputs = [a.t().to_sparse_csr() if operation == "spmm-transposed" else a, x]
        if operation.startswith("truncated-dense-"):
            k, small = leading(operation), min(inputs[0].shape)
            self.operation, self.leading = "truncated", k
            if self.exact:  # a small excess is reached soonest by twice the rank, and by its own 2 iterations or more
                self.width, self.iterations = min(2 * k, small), 2
            else:  # somewhat above the rank, as its documentation advises; iterations of scikit-learn, whose error it reaches then
                self.width, self.iterations = k + 10, 7 if 10 * k < small else 4
        return self.operation in TORCH or hasattr(self, self.operation.replace("-", "_"))

    def prepare(self):
        self.result = None

    def run(self):
        own = getattr(self, self.operation.replace("-", "_"), None)
        self.result = own(*self.inputs) if own else [TORCH[self.operation](*self.inputs)]

    def exp(self, a):
        return [self.torch.exp(a)]

    def silu(self, a):
        return [self.torch.nn.functional.silu(a)]

    def gelu(self, a):
        return [self.torch.nn.functional.gelu(a)]

    def softmax(self, a):
        return [self.torch.softmax(a, -1)]

    def layernorm(self, a, scale, shift):
        return [self.torch.nn.functional.layer_norm(a, scale.shape, scale, shift)]

    def transformer(self, x, t, y):
        with self.torch.inference_mode():
            return [self.model(x, t, y)]

    def svd(self, a):
        return self.torch.linalg.svd(a, full_matrices=False)

    svd_batch = svd

    def eigh(self, a):
        w, v = self.torch.linalg.eigh(a)
        return [w, v.T]

    def truncated(self, a):
        self.torch.manual_seed(0)
        u, s, v = self.torch.svd_lowrank(a, self.width, niter=self.iterations)
        return [u[:, :self.leading], s[:self.leading], v[:, :self.leading].T]

    def pca(self, a):
        self.torch.manual_seed(0)
        mean = a.mean(0)
        v = self.torch.pca_lowrank(a, LEADING + 10)[2][:, :LEADING]
        return [v.T, mean, (a - mean) @ v]

    def arrays(self):
        return [(x.float() if x.dtype == self.torch.bfloat16 else x).numpy() for x in self.result]


TORCH = {
    "matmul": lambda a, b: a @ b,
    "add": lambda a, b: a + b,
    "transpose": lambda a: a.t().contiguous(),
    "window": lambda a: a[:, 1000:5000].contiguous(),
    "reverse": lambda a: a.flip(1),
    "swap-last": lambda a: a.transpose(1, 2).contiguous(),
    "sum": lambda a: a.sum(),
    "sum-0": lambda a: a.sum(0),
    "sum-1": lambda a: a.sum(1),
    "cumsum": lambda a: a.cumsum(0),
    "argmax-columns": lambda a: a.argmax(0),
    "topk": lambda a: a.topk(10, 1).values,
    "gather": lambda index, rows: rows.index_select(0, index),
    "index-add": lambda index, rows: rows.new_zeros(rows.shape).index_add_(0, index, rows),
    "spmm": lambda a, x: a @ x,
    "spmm-transposed": lambda at, y: at @ y,
}


SVD = ["u", "s", "vt"]
RESULTS = {"svd": SVD, "svd-batch": SVD, "truncated": SVD, "eigh": ["w", "vt"], "pca": ["components", "mean", "scores"]}


def answer(peer, request):
    if request[0] == "describe":
        return peer.describe()
    if request[0] == "load":
        return "ok" if peer.load(request[1], [np.load(f) for f in request[2:]]) else "missing"
    if request[0] == "run":
        peer.prepare()
        start = time.perf_counter()
        peer.run()
        return repr(time.perf_counter() - start)
    if request[0] == "iterate":  # so many times more, from the next run on
        peer.iterations += int(request[1])
        return str(peer.iterations)
    if request[0] == "write":
        arrays = peer.arrays()
        for name, array in zip(RESULTS.get(peer.operation.split("-dense-")[0], ["c"]), arrays):
            np.save(f"{request[1]}/{name}.npy", array)
        return "ok"
    raise ValueError(f"unknown request {request}")


if __name__ == "__main__":
    peers = {"scipy": SciPy, "torch": Torch, "torch-compiled": lambda threads: Torch(threads, compiled=True),
             "torch-same-excess": lambda threads: Torch(threads, exact=True)}
    this = peers[sys.argv[1]](int(sys.argv[2]))
    for line in sys.stdin:
        print(answer(this, line.rstrip("\n").split("\t")), flush=True)
