"""What is compared: named shapes, peers and targets. A target bounds Eckart's time over that of the named peer."""
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    name: str
    operation: str  # of dev.eckart.benchmarks.peer.Worker
    shapes: list  # of the inputs; of a sparse operation: the matrix's, and the factor's
    dtype: str  # f8, f4
    peers: list
    rounds: int
    targets: dict = field(default_factory=dict)  # peer -> largest ratio of times
    entries: int = 0  # of the sparse matrix
    kind: str = "normal"  # of the first input: normal, symmetric, low-rank, fast, slow, index (whole numbers below their count)


JAVA = ["ejml", "ojalgo", "commons-math", "netlib", "netlib-openblas", "smile", "nd4j"]  # f64; nd4j and netlib multiply in f32 too
PYTHON = ["scipy", "torch"]


def svd(rows, cols, dtype, rounds, peers, target):
    return Case(f"svd-{rows}x{cols}-f{8 * int(dtype[1])}", "svd", [(rows, cols)], dtype, peers, rounds, dict.fromkeys(PYTHON, target))


def truncated(rows, cols, k, kind, dtype):
    """The first k triplets of a matrix whose singular values fall as 1/i (fast) or as 1/√i (slow)."""
    return Case(f"truncated-{k}-{rows}x{cols}-{kind}-f{8 * int(dtype[1])}", f"truncated-dense-{k}", [(rows, cols)], dtype,
                [*PYTHON, "torch-same-excess"], 5, {"scipy": 0.3, "torch-same-excess": 0.6}, kind=kind)


def sparse(rows, cols, entries, dtype, faster):
    """A·X and Aᵀ·Y at 112 columns, what a truncated SVD of rank 100 multiplies by; SciPy takes `faster` times as long."""
    size, targets = f"{rows}x{cols}-f{8 * int(dtype[1])}", {"scipy": 1 / faster}
    return [Case(f"spmm-{size}", "spmm", [(rows, cols), (cols, 112)], dtype, ["scipy", "torch"], 11, targets, entries),
            Case(f"spmm-transposed-{size}", "spmm-transposed", [(rows, cols), (rows, 112)], dtype, ["scipy", "torch"], 11, targets, entries),
            Case(f"truncated-100-{size}", "truncated", [(rows, cols), (cols, 1)], dtype, ["scipy"], 3, {"scipy": 0.25}, entries)]


def bmm(count, m, n, k, dtype, faster=1):
    """`count` products (m, k)·(k, n): at least as fast as NumPy, `faster` times as fast as PyTorch."""
    return Case(f"bmm-{count}x{m}x{n}x{k}-f{8 * int(dtype[1])}", "matmul", [(count, m, k), (count, k, n)], dtype, PYTHON, 15,
                {"scipy": 1.0, "torch": 1 / faster})


def rounded_bmm(count, m, n, k):
    """Such products of factors that may be rounded to bfloat16, beside PyTorch's of bfloat16 tensors: at least 0.8 of its rate."""
    return Case(f"bmm-{count}x{m}x{n}x{k}-bf16", "matmul-bf16", [(count, m, k), (count, k, n)], "f4", ["torch"], 15, {"torch": 1 / 0.8})


BATCHES = [(4096, 16, 16, 16), (1024, 64, 64, 64), (256, 128, 128, 128), (64, 256, 256, 64), (512, 256, 64, 64)]


def transformer(width, depth, patch, batch):
    """A diffusion transformer's forward pass on 28 x 28 pictures, the weights the same for all."""
    return Case(f"dit-{width}-{depth}-patch{patch}-batch{batch}-f32", f"dit-{width}-{depth}-{patch}", [(batch, 1, 28, 28)], "f4",
                ["torch", "torch-compiled"], 11, {"torch": 0.9, "torch-compiled": 0.9})


MOVES = [  # memory alone: copies and sums
    ("transpose-8192", "transpose", (8192, 8192), ["f4", "f8"]),
    ("window-8192", "window", (8192, 8192), ["f4", "f8"]),
    ("reverse-8192", "reverse", (8192, 8192), ["f4"]),
    ("swap-last-64x1024x1024", "swap-last", (64, 1024, 1024), ["f4"]),
    ("sum-1e7", "sum", (10_000_000,), ["f4"]),
    ("sum-4096", "sum", (4096, 4096), ["f4", "f8"]),
    ("sum-rows-4096", "sum-0", (4096, 4096), ["f4", "f8"]),
    ("sum-columns-4096", "sum-1", (4096, 4096), ["f4", "f8"]),
]


def cases():
    square = [(2000, 2000)] * 2
    as_fast = 1 / 0.97  # at least 0.97 of the rate
    return [
        Case("gemm-1000-f64", "matmul", [(1000, 1000)] * 2, "f8", ["openblas-c", *PYTHON, *JAVA], 15, {"openblas-c": as_fast}),
        Case("gemm-2000-f64", "matmul", square, "f8", ["openblas-c", *PYTHON, *JAVA], 15, {"openblas-c": as_fast}),
        Case("gemm-2000-f32", "matmul", square, "f4", ["openblas-c", *PYTHON, "netlib", "netlib-openblas", "nd4j"], 15, {"openblas-c": as_fast}),
        *[bmm(*shape, "f4", 1.5 if shape[1] <= 64 else 1) for shape in BATCHES],
        *[rounded_bmm(*shape) for shape in BATCHES],
        *[bmm(*shape, "f8") for shape in BATCHES[:3]],
        svd(500, 500, "f8", 21, [*PYTHON, *JAVA], 1),
        svd(500, 500, "f4", 21, PYTHON, 1),
        svd(1000, 1000, "f8", 15, [*PYTHON, *JAVA], 1),
        svd(1000, 1000, "f4", 15, PYTHON, 1),
        svd(2000, 2000, "f8", 9, PYTHON, 1),
        svd(2000, 2000, "f4", 9, PYTHON, 1),
        svd(20000, 200, "f8", 15, [*PYTHON, *JAVA], 0.6),
        svd(20000, 200, "f4", 15, PYTHON, 0.6),
        svd(60000, 784, "f8", 5, PYTHON, 0.6),
        svd(60000, 784, "f4", 5, PYTHON, 0.6),
        Case("svd-batch-4096x32x32-f32", "svd-batch", [(4096, 32, 32)], "f4", PYTHON, 11, {"scipy": 0.25, "torch": 0.25}),
        Case("svd-batch-10000x8x8-f64", "svd-batch", [(10000, 8, 8)], "f8", PYTHON, 11, {"scipy": 0.25, "torch": 0.25}),
        Case("eigh-500-f64", "eigh", [(500, 500)], "f8", [*PYTHON, *JAVA], 21, kind="symmetric"),
        Case("truncated-20-20000x500-f64", "truncated-dense-20", [(20000, 500)], "f8", [*PYTHON, "smile"], 11, kind="low-rank"),
        *[truncated(*shape, k, kind, dtype) for *shape, k in [(60000, 784, 50), (10000, 2000, 100), (4000, 4000, 100)]
          for kind in ["fast", "slow"] for dtype in ["f8", "f4"]],
        Case("pca-20-20000x500-f64", "pca", [(20000, 500)], "f8", [*PYTHON, "smile"], 11, kind="low-rank"),
        Case("add-1e7-f32", "add", [(10_000_000,)] * 2, "f4", ["scipy", "torch"], 21, {"torch": 1}),
        *[Case(f"{name}-f{8 * int(dtype[1])}", operation, [shape], dtype, ["torch"], 11, {"torch": 1})
          for name, operation, shape, dtypes in MOVES for dtype in dtypes],
        *[Case(f"{name}-1e7-f32", name, [(10_000_000,)], "f4", ["torch"], 21, {"torch": 1}) for name in ["exp", "silu", "gelu"]],
        Case("softmax-4096x4096-f32", "softmax", [(4096, 4096)], "f4", ["torch"], 21, {"torch": 1}),
        *[Case(f"layernorm-4096x{n}-f32", "layernorm", [(4096, n), (n,), (n,)], "f4", ["torch"], 21, {"torch": 1}) for n in [1024, 4096]],
        Case("cumsum-1e7-f32", "cumsum", [(10_000_000,)], "f4", PYTHON, 21),
        Case("argmax-columns-4096x4096-f32", "argmax-columns", [(4096, 4096)], "f4", PYTHON, 21),
        Case("topk-10-500x100000-f32", "topk", [(500, 100_000)], "f4", ["torch"], 11),
        Case("gather-1e6x64-f32", "gather", [(1_000_000,), (1_000_000, 64)], "f4", PYTHON, 11, kind="index"),
        Case("index-add-1e6x64-f32", "index-add", [(1_000_000,), (1_000_000, 64)], "f4", ["torch"], 11, kind="index"),
        *[transformer(width, depth, patch, batch) for width, depth in [(192, 6), (384, 12)] for patch in [4, 2] for batch in [1, 16, 64]],
        *sparse(100_000, 20_000, 4_000_000, "f8", 4),
        *sparse(100_000, 20_000, 4_000_000, "f4", 3),
        *sparse(20_000, 50_000, 3_000_000, "f8", 4),
        *sparse(20_000, 50_000, 3_000_000, "f4", 3),
    ]
