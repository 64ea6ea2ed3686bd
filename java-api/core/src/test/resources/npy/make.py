"""Makes the golden .npy files of this folder: python make.py (NumPy 2).

Each holds the same numbers, so that one expectation serves all: 2 x 3 values that every type has, in C and Fortran order and
both byte orders; extremes.* hold the values at the edges of a type, which a reader that widens wrongly gets wrong.
"""
import pathlib
import numpy as np
from numpy.lib import format as npy

here = pathlib.Path(__file__).parent
values = np.array([[1, 0, 2], [100, 7, 127]])

for name in ["f8", "f4", "f2", "i8", "i4", "i2", "i1", "u1", "u2", "u4"]:
    for order, letter in [("<", "le"), (">", "be")]:
        if name.endswith("1") and order == ">":
            continue
        for layout in "CF":
            np.save(here / f"{name}-{letter}-{layout}.npy", np.asarray(values.astype(order + name), order=layout))
np.save(here / "b1-le-C.npy", np.array([[True, False, True], [False, False, True]]))

extremes = {
    "f2": np.array([0, -0.0, 6e-8, -6.1e-5, 65504, np.inf, -np.inf, np.nan, 1 / 3], "<f2"),
    "i1": np.array([-128, -1, 0, 127], "i1"),
    "i2": np.array([-32768, -1, 0, 32767], ">i2"),
    "u1": np.array([0, 128, 255], "u1"),
    "u2": np.array([0, 32768, 65535], ">u2"),
    "u4": np.array([0, 2**31, 2**32 - 1], ">u4"),
    "i8": np.array([-(2**63), -1, 2**63 - 1], ">i8"),
    "f8": np.array([5e-324, -1.7976931348623157e308, np.pi, np.inf], ">f8"),
}
for name, a in extremes.items():
    np.save(here / f"extremes-{name}.npy", a)

cube = np.arange(24, dtype="<f8").reshape(2, 3, 4)
np.save(here / "rank3-F.npy", np.asfortranarray(cube))
np.save(here / "rank0.npy", np.array(42.5))
np.save(here / "rank1.npy", np.arange(5, dtype="<f4"))
np.save(here / "empty.npy", np.zeros((0, 3)))
for version in [(1, 0), (2, 0), (3, 0)]:
    with open(here / f"version{version[0]}.npy", "wb") as f:
        npy.write_array(f, values.astype("<f8"), version=version)

np.save(here / "refused-u8.npy", np.arange(3, dtype="u8"))
np.save(here / "refused-c16.npy", np.arange(3, dtype="c16"))
np.save(here / "refused-structured.npy", np.zeros(2, [("x", "f8"), ("ünit", "i4")]))
np.save(here / "refused-object.npy", np.array([None, 1], object), allow_pickle=True)
np.save(here / "refused-text.npy", np.array(["a", "b"]))
np.save(here / "refused-time.npy", np.array(["2020-01-01"], "M8[D]"))
