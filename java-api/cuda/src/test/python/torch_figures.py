"""The figures of GpuFigures by PyTorch on the same card. Usage: torch_figures.py FILE SECONDS"""
import json
import sys
import time

import torch

file, limit, start = open(sys.argv[1], "w"), float(sys.argv[2]), time.time()
torch.backends.cuda.matmul.allow_tf32 = False
torch.set_float32_matmul_precision("highest")


def measure(case, dtype, work, unit, body):
    if time.time() - start > limit:
        return
    try:
        body()
        torch.cuda.synchronize()
        seconds = []
        while len(seconds) < 9 and (len(seconds) < 3 or sum(seconds) < 4):
            begin = time.perf_counter()
            body()
            torch.cuda.synchronize()
            seconds.append(time.perf_counter() - begin)
    except Exception as e:  # one case must not take the others with it
        print(f"torch: {case}: {e}", file=sys.stderr)
        return
    seconds.sort()
    median = seconds[len(seconds) // 2]
    line = {"case": case, "dtype": dtype, "by": "torch cuda", "seconds": median, "fastest": seconds[0], "slowest": seconds[-1],
            "rate": work / median, "unit": unit, "error": None}
    file.write(json.dumps(line) + "\n")
    file.flush()


for dtype, kind, size in (("f64", torch.float64, 8), ("f32", torch.float32, 4)):
    def normal(*shape):
        return torch.randn(*shape, dtype=kind, device="cuda")

    count = 1 << 26
    host, there = torch.rand(count, dtype=kind), torch.rand(count, dtype=kind, device="cuda")
    measure(f"copy to the device, {count}", dtype, count * size, "B/s", lambda: host.to("cuda"))
    measure(f"copy to the host, {count}", dtype, count * size, "B/s", lambda: there.to("cpu"))
    measure(f"copy, {count}", dtype, 2 * count * size, "B/s", lambda: there.clone())
    measure(f"exp, {count}", dtype, 2 * count * size, "B/s", lambda: there.exp())
    measure(f"sum, {count}", dtype, count * size, "B/s", lambda: there.sum())
    for m, n, k in ((2048, 2048, 2048), (4096, 4096, 4096), (8192, 8192, 512)):
        a, b = normal(m, k), normal(k, n)
        measure(f"matmul {m}x{k}x{n}", dtype, 2 * m * n * k, "flop/s", lambda: a @ b)
        for name, precision in (("TF32", "high"), ("BF16", "medium")) if dtype == "f32" else ():
            torch.set_float32_matmul_precision(precision)
            measure(f"matmul {m}x{k}x{n} {name}", dtype, 2 * m * n * k, "flop/s", lambda: a @ b)
            torch.set_float32_matmul_precision("highest")
    if dtype == "f32":
        x, w, bias = normal(8192, 1024), normal(4096, 1024), normal(4096)
        measure("linear with GELU 8192x1024x4096", dtype, 2 * 8192 * 1024 * 4096, "flop/s",
                lambda: torch.nn.functional.gelu(torch.addmm(bias, x, w.T), approximate="tanh"))
        for batch in (64, 1):
            x, w = normal(batch, 128, 128), normal(batch, 128, 128)

            def step():
                now = x
                for _ in range(12):
                    now = torch.tanh(torch.bmm(now, w) * .1) + x
                return now

            case, flops = f"12 products and 36 element-wise steps, batch {batch}", 12 * 2 * batch * 128**3
            measure(case, dtype, flops, "flop/s", step)
            graph = torch.cuda.CUDAGraph()
            try:
                with torch.cuda.graph(graph):
                    step()
                measure(case + ", recorded", dtype, flops, "flop/s", graph.replay)
            except RuntimeError as e:
                print(f"torch: {case}: {e}", file=sys.stderr)
    a = normal(256, 256, 256)
    measure("matmul 256 times 256x256x256", dtype, 2 * 256**4, "flop/s", lambda: torch.bmm(a, a))
    for m, n in ((256, 256), (512, 512), (1024, 1024), (20000, 200), (2048, 2048)):
        a = normal(m, n)
        for driver in ("gesvdj", "gesvd"):
            measure(f"svd {m}x{n} {driver}", dtype, 1, "1/s", lambda: torch.linalg.svd(a, full_matrices=False, driver=driver))
    a = normal(20000, 2000)
    measure("truncated svd 20000x2000 rank 50", dtype, 1, "1/s", lambda: torch.svd_lowrank(a, 50))
