"""PyTorch on the CPU, eager: vectorised over (component, particle), with the quadratic forms as matrix
products over the particles' monomials, preallocated buffers, in place."""

import torch

import scene

torch.set_num_threads(1)
torch.set_grad_enabled(False)


def f32(array):
    return torch.as_tensor(array).to(torch.float32)


class Sim:
    def __init__(self, steps, particles):
        components, self.dim, self.target = len(steps[0].logs), steps[0].dim, steps[0].target
        self.steps = []
        for step in steps:
            a, b, self.pairs = scene.monomials(step)
            self.steps.append((float(step.grow), float(step.pull), float(step.noise), f32(a), f32(b)))
        self.monomials = torch.ones(a.shape[1], particles)
        self.y = self.monomials[1 : 1 + self.dim]
        self.squares = self.monomials[1 + self.dim :]
        self.z = torch.empty(self.dim, particles)
        self.logs = torch.empty(components, particles)
        self.r = torch.empty_like(self.logs)
        self.rc = torch.empty(components - self.target, particles)
        self.sums = torch.empty(b.shape[0], particles)

    def set(self, y):
        self.y.copy_(torch.as_tensor(y.T))

    def get(self):
        return self.y.T.double().numpy()

    def run(self):
        y, z, logs, r, rc, target = self.y, self.z, self.logs, self.r, self.rc, self.target
        gamma = scene.GAMMA
        s, precision = self.sums[: self.dim], self.sums[self.dim :]
        for grow, pull, noise, a, b in self.steps:
            for square, (i, j) in zip(self.squares, self.pairs):
                torch.mul(y[i], y[j], out=square)
            torch.mm(a, self.monomials, out=logs)
            torch.softmax(logs, 0, out=r)
            torch.softmax(logs[target:], 0, out=rc)
            # s + gamma (s_c - s): the components' scores, weighted by (1 - gamma) r + gamma r_c
            r.mul_(1 - gamma)
            r[target:].add_(rc, alpha=gamma)
            torch.mm(b, r, out=self.sums)
            for p, (i, j) in zip(precision, self.pairs):
                s[i].addcmul_(p, y[j], value=-1)
                if i != j:
                    s[j].addcmul_(p, y[i], value=-1)
            y.mul_(grow).add_(s, alpha=pull).add_(z.normal_(), alpha=noise)


if __name__ == "__main__":
    scene.main("PyTorch", torch.__version__, Sim)
