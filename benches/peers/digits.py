"""One step of 1,000 particles of a mixture of the shape of `digits` (196 dimensions, 50 components, 16 directions each),
with NumPy and, where it is installed, with PyTorch; f32, the same formula, noise included, all components.

    python3 benches/peers/digits.py [--threads 1]

What is compared is in benches/engine.rs, `digits`.
"""

import argparse
import os
import time

parser = argparse.ArgumentParser()
parser.add_argument("--threads", default="1")
threads = parser.parse_args().threads
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = threads

import numpy as np

D, K, R, N, STEPS, RUNS = 196, 50, 16, 1000, 10, 5
rng = np.random.default_rng(1)
F = np.float32
mean = rng.standard_normal((K, D)).astype(F)
q = np.stack([np.linalg.qr(rng.standard_normal((D, R)))[0].T for _ in range(K)]).astype(F)  # K, R, D
scale = rng.uniform(0.5, 0.9, (K, R)).astype(F)
inverse = rng.uniform(1, 2, K).astype(F)
log_weight = np.zeros(K, F)
own = (np.arange(K) // 5)[None, :] == (np.arange(N) % 10)[:, None]
GAMMA, KEEP, DRIFT, NOISE = F(2), F(1.02), F(0.04), F(0.2)

flat = q.reshape(K * R, D)
of_mean = np.einsum("krd,kd->kr", q, mean).reshape(-1)


def step_numpy(x):
    p = x @ flat.T - of_mean  # N, K R
    squares = inverse * ((x * x).sum(1)[:, None] - 2 * (x @ mean.T) + (mean * mean).sum(1))
    logs = log_weight - F(0.5) * (squares - ((p * p) * scale.reshape(-1)).reshape(N, K, R).sum(2))
    logs -= logs.max(1)[:, None]
    e = np.exp(logs)
    r = e / e.sum(1)[:, None]
    c = np.where(own, e, 0)
    c /= c.sum(1)[:, None]
    w = r + GAMMA * (c - r)
    pull = (p.reshape(N, K, R) * (scale * 1)[None] * w[:, :, None]).reshape(N, K * R) @ flat
    a = w * inverse
    pull += a @ mean - a.sum(1)[:, None] * x
    return KEEP * x + DRIFT * pull + NOISE * rng.standard_normal((N, D), dtype=F)


def best(step, x):
    times = []
    for _ in range(RUNS):
        y, start = x, time.perf_counter()
        for _ in range(STEPS):
            y = step(y)
        times.append((time.perf_counter() - start) / STEPS * 1e3)
    times.sort()
    return f"{times[0]:.1f} ms a step (median {times[RUNS // 2]:.1f})"


start = rng.standard_normal((N, D)).astype(F)
print("NumPy", np.__version__, best(step_numpy, start))
try:
    import torch
except ImportError:
    print("PyTorch: not installed")
else:
    torch.set_num_threads(int(threads))
    t = {name: torch.from_numpy(np.ascontiguousarray(v)) for name, v in dict(flat=flat, of_mean=of_mean, mean=mean, inverse=inverse, scale=scale, own=own).items()}

    def step_torch(x):
        p = torch.addmm(-t["of_mean"], x, t["flat"].T)
        squares = t["inverse"] * ((x * x).sum(1)[:, None] - 2 * (x @ t["mean"].T) + (t["mean"] * t["mean"]).sum(1))
        logs = -0.5 * (squares - ((p * p) * t["scale"].reshape(-1)).reshape(N, K, R).sum(2))
        r = torch.softmax(logs, 1)
        c = torch.softmax(logs.masked_fill(~t["own"], -torch.inf), 1)
        w = r + float(GAMMA) * (c - r)
        pull = (p.reshape(N, K, R) * t["scale"][None] * w[:, :, None]).reshape(N, K * R) @ t["flat"]
        a = w * t["inverse"]
        pull += a @ t["mean"] - a.sum(1)[:, None] * x
        return float(KEEP) * x + float(DRIFT) * pull + float(NOISE) * torch.randn(N, D)

    with torch.inference_mode():
        print("PyTorch", torch.__version__, best(step_torch, torch.from_numpy(start)))
