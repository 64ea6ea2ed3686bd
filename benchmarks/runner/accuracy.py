"""Accuracy of results, computed in f64 from the files that a peer wrote: the same code judges all."""
from pathlib import Path

import numpy as np

SAMPLED_ROWS = 16
FALLING = {"fast": 1.0, "slow": 0.5}  # kind of input: its i-th singular value is i to the minus this
OF_THE_MATRIX = ("error", "excess")
SAME_EXCESS = 1e-6  # of two excesses: no difference


def of(operation, inputs, folder):
    """{name: value}; the first is what peers are compared by."""
    read = [np.load(f) for f in inputs]
    load = lambda name: np.load(Path(folder) / f"{name}.npy").astype(np.float64)
    norm = np.linalg.norm
    if operation == "svd":
        a, u, s, vt = read[0].astype(np.float64), load("u"), load("s"), load("vt")
        return {"residual": norm(a - (u * s) @ vt) / norm(a), "orthogonality": apart(u, vt.T)}
    if operation == "svd-batch":  # of the worst matrix
        a, u, s, vt = read[0].astype(np.float64), load("u"), load("s"), load("vt")
        wrong = norm(a - (u * s[:, None, :]) @ vt, axis=(1, 2)) / norm(a, axis=(1, 2))
        loss = lambda q: norm(np.eye(q.shape[2]) - q.swapaxes(1, 2) @ q, axis=(1, 2)).max() / np.sqrt(q.shape[2])
        return {"residual": wrong.max(), "orthogonality": max(loss(u), loss(vt.swapaxes(1, 2)))}
    if operation == "truncated":  # ‖A − USVᵀ‖² = ‖A‖² − 2 ⟨A, USVᵀ⟩ + ‖S‖², as U and V have orthonormal columns; and that they have
        starts, columns, entries = read[0], read[1], read[2].astype(np.float64)
        u, s, vt = load("u"), load("s"), load("vt")
        row, inner = np.repeat(np.arange(len(starts) - 1), np.diff(starts)), 0.0
        for i in range(0, len(row), 1 << 18):
            e = slice(i, i + (1 << 18))
            inner += np.einsum("e,ek,ek->", entries[e], u[row[e]] * s, vt.T[columns[e]])
        square = norm(entries) ** 2
        return {"error": float(np.sqrt((square - 2 * inner + norm(s) ** 2) / square)), "orthogonality": apart(u, vt.T)}
    if operation.startswith("truncated-dense-"):
        a, u, s, vt = read[0].astype(np.float64), load("u"), load("s"), load("vt")
        error = norm(a - (u * s) @ vt) / norm(a)
        kind = Path(inputs[0]).stem.rpartition("-")[2]
        excess = {"excess": max(0.0, error / least_error(kind, min(a.shape), len(s)) - 1)} if kind in FALLING else {}
        return {"error": error, **excess, "orthogonality": apart(u, vt.T)}
    if operation == "eigh":
        a, w, v = read[0].astype(np.float64), load("w"), load("vt").T
        return {"residual": norm(a - (v * w) @ v.T) / norm(a), "orthogonality": apart(v)}
    if operation == "pca":  # error: of the centred matrix by its projection
        a, components, mean, scores = read[0].astype(np.float64), load("components"), load("mean"), load("scores")
        centred = a - a.mean(0)
        return {"error": norm(a - mean - scores @ components) / norm(centred), "orthogonality": apart(components.T)}
    c = load("c")
    if operation.startswith("dit-"):
        expected = transformer(operation, read[0])
    elif operation in PRODUCTS:  # some rows, against extended precision: an f64 product would only be compared with its like
        rows = np.linspace(0, len(c) - 1, SAMPLED_ROWS).astype(int)
        c, expected = c[rows], PRODUCTS[operation](read, rows).astype(np.float64)
    else:
        expected = ELEMENTWISE[operation](*(a.astype(np.float64) for a in read))
    return {"residual": float(norm(c - expected) / norm(expected))}


def transformer(operation, x):
    """By PyTorch in f64, which dev.eckart.diffusion.DiffusionTransformerTest compares with Eckart's own f64."""
    import diffusion_transformer as dit
    import torch
    with torch.inference_mode():
        count = len(x)
        return dit.read(dit.weights(operation)).double()(torch.from_numpy(x).double(), torch.full((count,), 500.), torch.full((count,), 3)).numpy()


def least_error(kind, n, k):
    """Of an approximation of rank k (Eckart and Young), relative to the matrix."""
    squares = np.arange(1, n + 1) ** (-2 * FALLING[kind])
    return float(np.sqrt(squares[k:].sum() / squares.sum()))


def apart(*bases):
    """How far columns are from orthonormal."""
    return max(float(np.linalg.norm(np.eye(q.shape[1]) - q.T @ q) / np.sqrt(q.shape[1])) for q in bases)


def sparse_rows(inputs, rows, transposed):
    """Rows of A·X or Aᵀ·Y, entry by entry."""
    starts, columns, entries, x = inputs
    row = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    here, there = (columns, row) if transposed else (row, columns)
    expected = np.zeros((len(rows), x.shape[1]), np.longdouble)
    for i, wanted in enumerate(rows):
        e = np.flatnonzero(here == wanted)
        expected[i] = (entries[e].astype(np.longdouble)[:, None] * x[there[e]].astype(np.longdouble)).sum(0)
    return expected


def matmul_rows(inputs, rows):
    """Rows of a product, items of a batch of them."""
    a, b = inputs[0][rows], inputs[1] if inputs[1].ndim == 2 else inputs[1][rows]
    return a.astype(np.longdouble) @ b.astype(np.longdouble)


PRODUCTS = {
    "matmul": matmul_rows,
    "matmul-bf16": matmul_rows,
    "spmm": lambda inputs, rows: sparse_rows(inputs, rows, False),
    "spmm-transposed": lambda inputs, rows: sparse_rows(inputs, rows, True),
}


def erf(x):
    from scipy.special import erf as function
    return function(x)


def softmax(a):
    e = np.exp(a - a.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def index_add(index, rows):
    total = np.zeros_like(rows)
    np.add.at(total, index.astype(np.int64), rows)
    return total


ELEMENTWISE = {
    "cumsum": np.cumsum,
    "argmax-columns": lambda a: a.argmax(0),
    "topk": lambda a: np.sort(np.partition(a, -10, 1)[:, -10:], 1)[:, ::-1],
    "gather": lambda index, rows: rows[index.astype(np.int64)],
    "index-add": index_add,
    "add": lambda a, b: a + b,
    "transpose": lambda a: a.T,
    "window": lambda a: a[:, 1000:5000],
    "reverse": lambda a: a[:, ::-1],
    "swap-last": lambda a: a.swapaxes(1, 2),
    "sum": lambda a: a.sum(),
    "sum-0": lambda a: a.sum(0),
    "sum-1": lambda a: a.sum(1),
    "exp": np.exp,
    "silu": lambda a: a / (1 + np.exp(-a)),
    "gelu": lambda a: a * (1 + erf(a * np.sqrt(0.5))) / 2,
    "softmax": softmax,
    "layernorm": lambda a, scale, shift: (a - a.mean(-1, keepdims=True)) / np.sqrt(a.var(-1, keepdims=True) + 1e-5) * scale + shift,
}


def epsilon(operation, dtype):
    """Of the type that factors may be rounded to."""
    return 2.0 ** -7 if operation == "matmul-bf16" else np.finfo(dtype).eps


def acceptable(figures, operation, dtype, shapes):
    """Within 10·ε·√max(m, n), of the last two dimensions; the error of a truncated decomposition is above all the matrix's."""
    bound = 10 * epsilon(operation, dtype) * np.sqrt(max(max(s[-2:]) for s in shapes))
    return all(value <= bound for name, value in figures.items() if name not in OF_THE_MATRIX)


def as_good(ours, theirs, excess=1):
    """Equal or better: random rounding is given a factor of 2, and one of exactly 0 an ε; the error of a truncation 1e-3, its excess 1e-6."""
    factor, more = {"error": 1.001, "excess": excess}, {"excess": SAME_EXCESS}
    return all(ours[k] <= factor.get(k, 2) * theirs[k] + more.get(k, 1e-16) for k in ours)
