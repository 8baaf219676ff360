"""JAX, compiled for the CPU: the whole grid is one jitted scan, and the step is written on one array
an axis and a component, which XLA fuses into one loop (in 2D three times faster than arrays with a
component axis). Default generator, threefry; on a CPU `rbg` is slower."""

import os
from functools import partial, reduce

os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import jax
import jax.numpy as jnp
import numpy as np

import scene


def score(logs, pulls):
    """Each axis of the score of the mixture of these components."""
    peak = reduce(jnp.maximum, logs)
    e = [jnp.exp(log - peak) for log in logs]
    scale = 1 / sum(e)
    return [scale * sum(e_k * pull for e_k, pull in zip(e, axis)) for axis in zip(*pulls)]


def step(target, carry, s):
    y, key = carry
    axes = range(len(y))
    logs, pulls = [], []
    for log0, mean, precision in zip(s["logs"], s["means"], s["precisions"]):
        diff = [y[i] - mean[i] for i in axes]
        pull = [-sum(precision[i, j] * diff[j] for j in axes) for i in axes]
        logs.append(log0 + 0.5 * sum(d * p for d, p in zip(diff, pull)))
        pulls.append(pull)
    plain, conditional = score(logs, pulls), score(logs[target:], pulls[target:])
    guided = [a + scene.GAMMA * (c - a) for a, c in zip(plain, conditional)]
    key, *keys = jax.random.split(key, len(y) + 1)
    noise = [jax.random.normal(k, y[0].shape, jnp.float32) for k in keys]
    y = tuple(s["grow"] * y[i] + s["pull"] * guided[i] + s["noise"] * noise[i] for i in axes)
    return (y, key), None


@partial(jax.jit, static_argnums=0, donate_argnums=1)
def simulate(target, y, key, table):
    return jax.lax.scan(partial(step, target), (y, key), table)[0]


class Sim:
    def __init__(self, steps, particles):
        self.target = steps[0].target
        names = ("grow", "pull", "noise", "logs", "means", "precisions")
        self.table = {n: jnp.asarray(np.stack([getattr(s, n) for s in steps]), jnp.float32) for n in names}
        self.key = jax.random.key(int.from_bytes(os.urandom(4), "little"))

    def set(self, y):
        self.y = tuple(jnp.asarray(axis, jnp.float32) for axis in y.T)
        jax.block_until_ready(self.y)

    def get(self):
        return np.stack([np.asarray(axis, np.float64) for axis in self.y], 1)

    def run(self):
        self.y, self.key = simulate(self.target, self.y, self.key, self.table)
        jax.block_until_ready(self.y)


if __name__ == "__main__":
    scene.main("JAX", jax.__version__, Sim)
