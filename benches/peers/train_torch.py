"""Training in PyTorch on the CPU, one thread: the default network of Guidance Lab (2 x 64, tanh, told of the time) on
fresh noised samples of the scene in 2D, Adam, cosine schedule. Prints one line of JSON."""

import json
import math
import sys
import time

import torch

import scene

torch.set_num_threads(1)
BATCH, STEPS, RATE = 512, int(sys.argv[1]) if len(sys.argv) > 1 else 2000, 0.003
NOISE = (0.03, 2.0)
SCENE = scene.SCENES["2d"]


def f32(value):
    return torch.tensor(value, dtype=torch.float32)


means, roots = f32(SCENE["means"]), torch.linalg.cholesky(f32(SCENE["covariances"]))
classes, weights = torch.tensor(SCENE["classes"]), f32(SCENE["weights"])
low, high = (math.log(t) for t in NOISE)


def draw(count):
    """Points with the time as the network is told of it, labels, times."""
    which = torch.multinomial(weights, count, replacement=True)
    clean = means[which] + (roots[which] @ torch.randn(count, 2, 1))[..., 0]
    place = torch.rand(count, 1)
    times = torch.exp(low + (high - low) * place)
    u = torch.exp(-times)
    points = u * clean + torch.sqrt(-torch.expm1(-2 * times)) * torch.randn(count, 2)
    return torch.cat([points, (2 * place - 1) * math.sqrt(3)], 1), classes[which], times


def log_posterior(points, times):
    """The exact log p(k|x)."""
    u = torch.exp(-times)[..., None]
    covariances = (u * u)[..., None] * f32(SCENE["covariances"]) - torch.expm1(-2 * times)[..., None, None] * torch.eye(2)
    away = points[:, None, :] - u * means
    solved = torch.linalg.solve(covariances, away[..., None])[..., 0]
    logs = torch.log(weights) - 0.5 * torch.logdet(covariances) - 0.5 * (away * solved).sum(-1)
    return torch.log_softmax(torch.stack([logs[:, classes == k].logsumexp(1) for k in (0, 1)], 1), 1)


def train(compiled):
    torch.manual_seed(1)
    net = torch.nn.Sequential(
        torch.nn.Linear(3, 64), torch.nn.Tanh(), torch.nn.Linear(64, 64), torch.nn.Tanh(), torch.nn.Linear(64, 2)
    )

    def loss_of(inputs, labels):
        return torch.nn.functional.cross_entropy(net(inputs), labels)

    loss_of = torch.compile(loss_of) if compiled else loss_of
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)

    def step():
        inputs, labels, _ = draw(BATCH)
        optimizer.zero_grad()
        loss_of(inputs, labels).backward()
        optimizer.step()

    for _ in range(20):
        step()
    began = time.perf_counter()
    for _ in range(STEPS):
        step()
        schedule.step()
    seconds = time.perf_counter() - began
    with torch.no_grad():
        inputs, _, times = draw(20_000)
        truth = log_posterior(inputs[:, :2], times)
        kl = (truth.exp() * (truth - torch.log_softmax(net(inputs), 1))).sum(1).mean().item()
    assert kl < 0.003, f"it did not learn: a KL of {kl}"
    return {"stepsPerSecond": STEPS / seconds, "kl": kl}


rows = {"PyTorch": train(False)}
try:
    rows["PyTorch, compiled"] = train(True)
except Exception as error:  # without a C++ compiler
    rows["PyTorch, compiled"] = {"error": str(error).splitlines()[0]}
print(json.dumps({"version": torch.__version__, "rows": rows}))
