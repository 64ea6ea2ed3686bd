"""Accuracy of results, computed in f64 from the files that a peer wrote: the same code judges all."""
from pathlib import Path

import numpy as np

SAMPLED_ROWS = 16


def of(operation, inputs, folder):
    """{name: value}; the first is what peers are compared by."""
    read = [np.load(f).astype(np.float64) for f in inputs]
    load = lambda name: np.load(Path(folder) / f"{name}.npy").astype(np.float64)
    norm = np.linalg.norm
    if operation == "svd":
        u, s, vt = load("u"), load("s"), load("vt")
        eye = np.eye(len(s))
        return {"residual": norm(read[0] - (u * s) @ vt) / norm(read[0]),
                "orthogonality": max(norm(eye - u.T @ u), norm(eye - vt @ vt.T)) / np.sqrt(len(s))}
    c = load("c")
    if operation == "matmul":  # some rows, against extended precision: an f64 product would only be compared with its like
        rows = np.linspace(0, len(c) - 1, SAMPLED_ROWS).astype(int)
        expected = read[0][rows].astype(np.longdouble) @ read[1].astype(np.longdouble)
        return {"residual": float(norm((c[rows] - expected).astype(np.float64)) / norm(expected.astype(np.float64)))}
    expected = read[0] + read[1]
    return {"residual": norm(c - expected) / norm(expected)}


def acceptable(figures, dtype, shapes):
    """Within 10·ε·√max(m, n)."""
    bound = 10 * np.finfo(dtype).eps * np.sqrt(max(max(s) for s in shapes))
    return all(value <= bound for value in figures.values())


def as_good(ours, theirs):
    """Equal or better: random rounding is given a factor of 2, and one of exactly 0 an ε."""
    return all(ours[k] <= 2 * theirs[k] + 1e-16 for k in ours)
