"""A diffusion transformer (Peebles and Xie 2023, DiT with adaLN-Zero) in PyTorch: the peer of dev.eckart.diffusion.DiffusionTransformer.

    python benchmarks/peers/dit/dit.py golden java-api/core/src/test/resources/dit    the tests' weights and outputs
    python benchmarks/peers/dit/dit.py weights dit-384-12-2                           the weights of a benchmark, as a file

Tensors have the names of the paper's own code, so that its weights fit too; what no shape says (heads, picture) is in the metadata.
"""
import json
import math
import struct
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

FREQUENCIES = 128


def embedded(t, dtype):
    """cos and sin of t times 128 frequencies; in f64, as a float32 product of 1000 with a frequency is off by 6e-5."""
    rates = torch.exp(-math.log(10000) * torch.arange(FREQUENCIES, dtype=torch.float64) / FREQUENCIES)
    angles = t.to(torch.float64)[:, None] * rates
    return torch.cat([torch.cos(angles), torch.sin(angles)], 1).to(dtype)


def modulated(x, shift, scale):
    return x * (1 + scale[:, None]) + shift[:, None]


class Block(nn.Module):
    def __init__(self, width, heads, ratio, gelu):
        super().__init__()
        self.heads, self.gelu = heads, gelu
        self.attn = nn.ModuleDict({"qkv": nn.Linear(width, 3 * width), "proj": nn.Linear(width, width)})
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(width, ratio * width), "fc2": nn.Linear(ratio * width, width)})
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(width, 6 * width))

    def attention(self, x):
        b, n, width = x.shape
        q, k, v = self.attn["qkv"](x).reshape(b, n, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        return self.attn["proj"](F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, n, width))

    def forward(self, x, c):
        shift, scale, gate, shift2, scale2, gate2 = self.adaLN_modulation(c).chunk(6, 1)
        norm = lambda y: F.layer_norm(y, y.shape[-1:], eps=1e-6)
        x = x + gate[:, None] * self.attention(modulated(norm(x), shift, scale))
        hidden = F.gelu(self.mlp["fc1"](modulated(norm(x), shift2, scale2)), approximate=self.gelu)
        return x + gate2[:, None] * self.mlp["fc2"](hidden)


class DiT(nn.Module):
    def __init__(self, channels, height, width_, patch, width, depth, heads, kinds, ratio=4, learned=False, gelu="tanh"):
        super().__init__()
        self.patch, self.grid = patch, (height // patch, width_ // patch)
        self.out = channels * (2 if learned else 1)
        self.metadata = {"architecture": "dit", "heads": str(heads), "height": str(height), "width": str(width_), "gelu": gelu,
                         "prediction": "epsilon"}
        self.x_embedder = nn.ModuleDict({"proj": nn.Conv2d(channels, width, patch, patch)})
        self.t_embedder = nn.ModuleDict({"mlp": nn.Sequential(nn.Linear(2 * FREQUENCIES, width), nn.SiLU(), nn.Linear(width, width))})
        self.y_embedder = nn.ModuleDict({"embedding_table": nn.Embedding(kinds + 1, width)})  # the last row: no kind
        self.pos_embed = nn.Parameter(torch.empty(1, self.grid[0] * self.grid[1], width))
        self.blocks = nn.ModuleList(Block(width, heads, ratio, gelu) for _ in range(depth))
        self.final_layer = nn.ModuleDict({"linear": nn.Linear(width, patch * patch * self.out),
                                          "adaLN_modulation": nn.Sequential(nn.SiLU(), nn.Linear(width, 2 * width))})

    def forward(self, x, t, y):
        x = self.x_embedder["proj"](x).flatten(2).transpose(1, 2) + self.pos_embed
        c = self.t_embedder["mlp"](embedded(t, x.dtype)) + self.y_embedder["embedding_table"](y)
        for block in self.blocks:
            x = block(x, c)
        shift, scale = self.final_layer["adaLN_modulation"](c).chunk(2, 1)
        x = self.final_layer["linear"](modulated(F.layer_norm(x, x.shape[-1:], eps=1e-6), shift, scale))
        (rows, columns), p = self.grid, self.patch
        x = x.reshape(len(x), rows, columns, p, p, self.out)
        return x.permute(0, 5, 1, 3, 2, 4).reshape(len(x), self.out, rows * p, columns * p)

    def randomize(self, seed):
        """Nothing is zero, as at the start of a training, where every block would be skipped."""
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for p in self.parameters():
                fan = p[0].numel() if p.dim() > 1 else 25
                p.copy_(torch.randn(p.shape, generator=generator) * fan ** -.5)
        return self.eval()


def write(path, tensors, metadata=None):
    header, at = {"__metadata__": metadata} if metadata else {}, 0
    arrays = {name: t.detach().contiguous().numpy() for name, t in tensors.items()}
    names = {"float64": "F64", "float32": "F32", "int64": "I64"}
    for name, a in sorted(arrays.items(), key=lambda item: -item[1].itemsize):
        header[name] = {"dtype": names[str(a.dtype)], "shape": list(a.shape), "data_offsets": [at, at + a.nbytes]}
        at += a.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name in header:
            if name != "__metadata__":
                file.write(arrays[name].tobytes())


def read(path):
    """A model with the weights of a file; of 28 x 28 pictures."""
    import numpy as np
    data = Path(path).read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    about = header.pop("__metadata__")
    state = {name: torch.from_numpy(np.frombuffer(data, np.float32, offset=8 + size + at["data_offsets"][0],
                                                  count=math.prod(at["shape"])).reshape(at["shape"]).copy())
             for name, at in header.items()}
    width, channels, patch, _ = state["x_embedder.proj.weight"].shape
    depth = 1 + max(int(name.split(".")[1]) for name in state if name.startswith("blocks."))
    model = DiT(channels, int(about["height"]), int(about["width"]), patch, width, depth, int(about["heads"]),
                len(state["y_embedder.embedding_table.weight"]) - 1, gelu=about["gelu"])
    model.load_state_dict(state)
    return model.eval()


def weights(operation):
    """The file of dit-WIDTH-DEPTH-PATCH, made when it is missing; random weights for 28 x 28 pictures of ten kinds."""
    file = Path(__file__).resolve().parents[2] / f"target/inputs/{operation}.safetensors"
    if not file.exists():
        width, depth, patch = map(int, operation.split("-")[1:])
        model = DiT(1, 28, 28, patch, width, depth, width // 64, kinds=10).randomize(0)
        part = file.with_suffix(".part")
        write(part, model.state_dict(), model.metadata)
        part.rename(file)
    return file


def golden(folder):
    for name, settings in {"tanh": dict(learned=True), "none": dict(gelu="none")}.items():
        model = DiT(3, 8, 6, 2, 24, 2, 3, kinds=5, **settings).randomize(1) if name == "tanh" else \
            DiT(1, 6, 6, 3, 16, 1, 2, kinds=2, ratio=2, **settings).randomize(2)
        write(folder / f"{name}.safetensors", model.state_dict(), model.metadata)
        generator = torch.Generator().manual_seed(3)
        channels = model.x_embedder["proj"].weight.shape[1]
        x = torch.randn(3, channels, *(side * model.patch for side in model.grid), generator=generator)
        kinds = len(model.y_embedder["embedding_table"].weight) - 1
        t, y = torch.tensor([0., 433.25, 999.]), torch.tensor([1, kinds, 0])
        with torch.no_grad():
            answers = {"x": x, "t": t, "y": y}
            for dtype in ["f32", "f64"]:  # every picture at a time of its own, and all at one: what a sampler asks for
                model, typed = (model.double(), x.double()) if dtype == "f64" else (model, x)
                answers |= {dtype: model(typed, t, y), f"batch-{dtype}": model(typed, t[1].repeat(len(x)), y)}
        write(folder / f"{name}-golden.safetensors", answers)


if __name__ == "__main__":
    golden(Path(sys.argv[2])) if sys.argv[1] == "golden" else print(weights(sys.argv[2]))
