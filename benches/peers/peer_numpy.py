"""NumPy: vectorised over (component, particle), with the quadratic forms as matrix products over the
particles' monomials, preallocated buffers, in place."""

import numpy as np

import scene

F = np.float32


def softmax(logs, out, scratch):
    np.max(logs, axis=0, out=scratch)
    np.subtract(logs, scratch, out=out)
    np.exp(out, out=out)
    np.sum(out, axis=0, out=scratch)
    np.divide(out, scratch, out=out)


class Sim:
    def __init__(self, steps, particles):
        components, self.dim, self.target = len(steps[0].logs), steps[0].dim, steps[0].target
        self.steps = []
        for step in steps:
            a, b, self.pairs = scene.monomials(step)
            self.steps.append((F(step.grow), F(step.pull), F(step.noise), a.astype(F), b.astype(F)))
        self.rng = np.random.default_rng()
        self.monomials = np.ones((a.shape[1], particles), F)
        self.y = self.monomials[1 : 1 + self.dim]
        self.squares = self.monomials[1 + self.dim :]
        self.z = np.empty((self.dim, particles), F)
        self.logs = np.empty((components, particles), F)
        self.r = np.empty_like(self.logs)
        self.rc = np.empty((components - self.target, particles), F)
        self.sums = np.empty((b.shape[0], particles), F)
        self.scratch = np.empty(particles, F)

    def set(self, y):
        self.y[:] = y.T

    def get(self):
        return self.y.T.astype(np.float64)

    def run(self):
        y, z, logs, r, rc, scratch = self.y, self.z, self.logs, self.r, self.rc, self.scratch
        gamma = F(scene.GAMMA)
        s, precision = self.sums[: self.dim], self.sums[self.dim :]
        for grow, pull, noise, a, b in self.steps:
            for square, (i, j) in zip(self.squares, self.pairs):
                np.multiply(y[i], y[j], out=square)
            np.matmul(a, self.monomials, out=logs)
            softmax(logs, r, scratch)
            softmax(logs[self.target :], rc, scratch)
            # s + gamma (s_c - s): the components' scores, weighted by (1 - gamma) r + gamma r_c
            r *= 1 - gamma
            rc *= gamma
            r[self.target :] += rc
            np.matmul(b, r, out=self.sums)
            for p, (i, j) in zip(precision, self.pairs):
                s[i] -= np.multiply(p, y[j], out=scratch)
                if i != j:
                    s[j] -= np.multiply(p, y[i], out=scratch)
            self.rng.standard_normal(dtype=F, out=z)
            y *= grow
            s *= pull
            y += s
            z *= noise
            y += z


if __name__ == "__main__":
    scene.main("NumPy", np.__version__, Sim)
