"""PyTorch with torch.compile (needs a C++ compiler): the step as plain expressions, fused by the
compiler, and its noise drawn by the eager generator (inside the compiled step it is many times slower)."""

import os

os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", "1")

import numpy as np
import torch

import scene

torch.set_num_threads(1)
torch.set_grad_enabled(False)


def score(logs, pulls):
    r = torch.softmax(logs, 0)
    return [(r * pull).sum(0) for pull in pulls]


@torch.compile(fullgraph=True)
def step(y, z, logs0, means, precisions, constants, target: int):
    axes = range(y.shape[0])
    diff = [y[i] - means[:, i, None] for i in axes]
    pulls = [-sum(precisions[:, i, j, None] * diff[j] for j in axes) for i in axes]
    logs = logs0[:, None] + 0.5 * sum(d * p for d, p in zip(diff, pulls))
    plain = score(logs, pulls)
    conditional = score(logs[target:], [pull[target:] for pull in pulls])
    guided = torch.stack([a + scene.GAMMA * (c - a) for a, c in zip(plain, conditional)])
    grow, pull, noise = constants
    return grow * y + pull * guided + noise * z


def f32(array):
    return torch.as_tensor(np.asarray(array)).to(torch.float32)


class Sim:
    def __init__(self, steps, particles):
        self.target = steps[0].target
        self.steps = [
            (f32(s.logs), f32(s.means), f32(s.precisions), f32([s.grow, s.pull, s.noise])) for s in steps
        ]

    def set(self, y):
        self.y = f32(y.T.copy())

    def get(self):
        return self.y.T.double().numpy()

    def run(self):
        y = self.y
        for constants in self.steps:
            y = step(y, torch.randn_like(y), *constants, self.target)
        self.y = y


if __name__ == "__main__":
    scene.main("PyTorch, compiled", torch.__version__, Sim)
