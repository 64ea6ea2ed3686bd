"""Makes the files beside it, with NumPy, SciPy and safetensors: what they write has to be read."""
import numpy as np
import scipy.io
import scipy.sparse as sp
from safetensors.numpy import save_file

dense = np.array([[0, 1.5, 0, -2], [0, 0, 0, 0], [3, 0, 0.25, 0]])
square = np.array([[4.0, 1, 0], [1, 0, -2], [0, -2, 9]])

arrays = dict(a=np.arange(6, dtype="f8").reshape(2, 3), b=np.array([1, -2, 3], "i4"),
              c=np.asfortranarray(np.arange(6, dtype="f4").reshape(3, 2)), scalar=np.array(7, "i8"))
np.savez("arrays.npz", **arrays)
np.savez_compressed("compressed.npz", **arrays)
for kind in ["csr", "csc", "coo", "bsr"]:
    sp.save_npz(f"{kind}.npz", sp.csr_matrix(dense).asformat(kind))
sp.save_npz("csr-array-i4.npz", sp.csr_array((dense * 4).astype("i4")), compressed=False)
repeated = sp.coo_matrix(([1.0, 2, 4], ([0, 1, 0], [2, 0, 2])), shape=(2, 3))
sp.save_npz("coo-repeated.npz", repeated)

scipy.io.mmwrite("general.mtx", sp.coo_matrix(dense), comment="a comment\nof two lines")
scipy.io.mmwrite("integer.mtx", sp.coo_matrix((dense * 4).astype("i4")))
scipy.io.mmwrite("pattern.mtx", sp.coo_matrix(dense), field="pattern")
scipy.io.mmwrite("symmetric.mtx", sp.coo_matrix(square), symmetry="symmetric")
skew = np.tril(square, -1) - np.tril(square, -1).T
scipy.io.mmwrite("skew.mtx", sp.coo_matrix(skew), symmetry="skew-symmetric")
scipy.io.mmwrite("hermitian.mtx", sp.coo_matrix(square * (1 + 0j)), symmetry="hermitian")
scipy.io.mmwrite("array.mtx", dense)
scipy.io.mmwrite("array-symmetric.mtx", square, symmetry="symmetric")
scipy.io.mmwrite("array-skew.mtx", skew, symmetry="skew-symmetric")

save_file({"f8": dense, "f4": dense.astype("f4"), "f2": dense.astype("f2"), "i8": np.array([-3, 2**62]), "i4": np.array([[7]], "i4"),
           "i2": np.array([-300, 300], "i2"), "i1": np.array([-128], "i1"), "u2": np.array([65535], "u2"), "u1": np.array([0, 255], "u1"),
           "b1": np.array([True, False]), "empty": np.zeros((0, 3)), "scalar": np.array(2.5)}, "all.safetensors", {"made by": "make.py"})
