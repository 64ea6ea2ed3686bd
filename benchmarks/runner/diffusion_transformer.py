"""PyTorch's diffusion transformer, benchmarks/peers/dit/dit.py."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "peers/dit"))

from dit import read, weights  # noqa: E402, F401
