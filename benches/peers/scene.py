"""The two scenes, the step's constants, the float64 evaluation every peer is checked against, and
the timing harness of the Python peers.

`python scene.py` writes reference.js, the same scenes and reference values for the JavaScript peers.
"""

import json
import pathlib
import time

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
PARTICLES = 100_000
STEPS = 200
HORIZON, STOP = 8.0, 0.01
GAMMA = 2.0

SCENES = {
    "1d": {
        "weights": [0.5, 0.5],
        "means": [[-1.0], [1.0]],
        "covariances": [[[0.25]], [[0.25]]],
        "classes": [0, 1],
        "target": 1,
    },
    "2d": {
        "weights": [0.25, 0.25, 0.25, 0.25],
        "means": [[-1.5, -1.0], [1.2, -0.8], [-0.9, 1.4], [1.5, 1.1]],
        "covariances": [
            [[0.30, 0.10], [0.10, 0.20]],
            [[0.25, -0.08], [-0.08, 0.35]],
            [[0.20, 0.05], [0.05, 0.30]],
            [[0.40, -0.12], [-0.12, 0.25]],
        ],
        "classes": [0, 1, 0, 1],
        "target": 1,
    },
}


class Step:
    """Constants of one step from time t to t - h, in float64. Components are ordered with the target
    class last, so that the class-conditional sums are over a slice."""

    def __init__(self, scene, t, h):
        order = np.argsort(np.array(scene["classes"]) == scene["target"], kind="stable")
        self.target = int(np.sum(np.array(scene["classes"]) != scene["target"]))  # first of the class
        u, dim = np.exp(-t), len(scene["means"][0])
        self.dim = dim
        self.means = u * np.array(scene["means"])[order]  # (K, d)
        cov = u * u * np.array(scene["covariances"])[order] + -np.expm1(-2 * t) * np.eye(dim)
        self.precisions = np.linalg.inv(cov)  # (K, d, d)
        self.logs = np.log(np.array(scene["weights"])[order]) - 0.5 * np.linalg.slogdet(cov)[1]  # (K,)
        self.grow = np.exp(h)
        self.pull = 2 * np.expm1(h)
        self.noise = np.sqrt(np.expm1(2 * h))

    def quiet(self):
        """The same step without its noise."""
        other = object.__new__(Step)
        other.__dict__.update(self.__dict__, noise=0.0)
        return other


def grid(scene, steps=STEPS):
    """Constants of every step of the uniform grid from HORIZON to STOP."""
    t = STOP + (HORIZON - STOP) * (1 - np.arange(steps + 1) / steps)
    return [Step(scene, t[k], t[k] - t[k + 1]) for k in range(steps)]


def monomials(step):
    """The quadratic log-weights and the component scores as matrices over the monomials
    1, x, y, xx, xy, yy of a particle: logs = A @ monomials; with r the responsibilities,
    B @ r is the mean of P m (its first d rows) and of the entries of P."""
    p, m = step.precisions, step.means
    pairs = list(zip(*np.triu_indices(step.dim)))
    pm = np.einsum("kij,kj->ki", p, m)
    a = [step.logs - 0.5 * np.sum(pm * m, axis=1), *pm.T]
    a += [(-0.5 if i == j else -1.0) * p[:, i, j] for i, j in pairs]
    b = [*pm.T, *[p[:, i, j] for i, j in pairs]]
    return np.stack(a, 1), np.stack(b), pairs


def guided_score(step, y):
    """s + gamma (s_c - s) at y (n, d), float64."""
    diff = y[None] - step.means[:, None]  # (K, n, d)
    pull = -np.einsum("kij,knj->kni", step.precisions, diff)
    logs = step.logs[:, None] + 0.5 * np.einsum("kni,kni->kn", diff, pull)

    def score(logs, pull):
        r = np.exp(logs - logs.max(0))
        return np.einsum("kn,kni->ni", r / r.sum(0), pull)

    s, sc = score(logs, pull), score(logs[step.target :], pull[step.target :])
    return s + GAMMA * (sc - s)


def drift(step, y):
    """The step without its noise, float64."""
    return step.grow * y + step.pull * guided_score(step, y)


# ---------------------------------------------------------------- reference values

CASES = (0, 100, 180, 199)  # steps of the grid at which the drift is compared
POINTS = 50  # divides the number of particles


def reference(name):
    """Points and their noise-free next positions at a few steps of the grid."""
    scene = SCENES[name]
    steps = grid(scene)
    dim = len(scene["means"][0])
    points = np.random.default_rng(7).normal(size=(POINTS, dim)) * 1.6
    points = points.astype(np.float32).astype(np.float64)
    return {
        "points": points,
        "cases": [{"step": k, "next": drift(steps[k], points)} for k in CASES],
    }


def final_moments(name, particles=100_000, repeats=3, seed=11):
    """Mean and covariance at the end of the grid, by the float64 step."""
    scene = SCENES[name]
    rng = np.random.default_rng(seed)
    all_y = []
    for _ in range(repeats):
        y = rng.standard_normal((particles, len(scene["means"][0])))
        for step in grid(scene):
            y = drift(step, y) + step.noise * rng.standard_normal(y.shape)
        all_y.append(y)
    y = np.concatenate(all_y)
    return {"particles": len(y), "mean": y.mean(0), "covariance": np.cov(y.T).reshape(y.shape[1], -1)}


def load_reference():
    """reference.js as Python data."""
    text = (HERE / "reference.js").read_text()
    return json.loads(text[text.index("{") : text.rindex("}") + 1])


def write_reference():
    data = {
        "horizon": HORIZON, "stop": STOP, "steps": STEPS, "particles": PARTICLES, "gamma": GAMMA,
        "scenes": {n: {**SCENES[n], **reference(n), "final": final_moments(n)} for n in SCENES},
    }
    text = json.dumps(data, default=lambda a: a.tolist(), indent=1)
    (HERE / "reference.js").write_text(
        "// Written by scene.py: the scenes, and float64 values to check a peer against.\n"
        f"export const reference = {text};\n"
    )


# ---------------------------------------------------------------- checks

DRIFT_TOLERANCE = 2e-5
SIGMAS = 6.0


def check(make, name, final):
    """Fail unless the peer's own step agrees with float64. `make(steps, particles)` gives an object
    with set(y), run() (all the steps) and get(); `final` is where the timed run ended, (n, d)."""
    ref = load_reference()["scenes"][name]
    fresh = reference(name)
    points = np.array(ref["points"])
    steps = grid(SCENES[name])
    n = PARTICLES
    start = np.tile(points, (n // POINTS, 1))
    worst = 0.0
    for case, again in zip(ref["cases"], fresh["cases"], strict=True):
        expected = np.array(case["next"])
        assert np.allclose(expected, again["next"], rtol=1e-11, atol=1e-11), "reference.js is out of date"
        step = steps[case["step"]]
        sim = make([step.quiet()], n)
        sim.set(start)
        sim.run()
        want = np.tile(expected, (n // POINTS, 1))
        worst = max(worst, float(np.max(np.abs(sim.get() - want) / (1 + np.abs(want)))))
        assert worst < DRIFT_TOLERANCE, f"{name}: step {case['step']}: drift off by {worst:.2e}"

        # The noise: standard normal moments, independent between particles, axes and calls.
        sim = make([step], n)
        draws = []
        for _ in range(2):
            sim.set(start)
            sim.run()
            draws.append((sim.get() - want) / step.noise)
        z = np.concatenate(draws)
        m = z.size
        pairs = [draws[0] * draws[1], z[1:] * z[:-1]] + ([z[:, 0] * z[:, 1]] if z.shape[1] == 2 else [])
        for label, value, error in [
            ("mean", z.mean(), 1 / m**0.5),
            ("variance", (z**2).mean() - 1, (2 / m) ** 0.5),
            ("fourth moment", (z**4).mean() - 3, (96 / m) ** 0.5),
            *[("correlation", p.mean(), 1 / p.size**0.5) for p in pairs],
        ]:
            assert abs(value) < SIGMAS * error + 1e-4, f"{name}: noise {label} off by {value:.2e}"
    # Where the timed run ended.
    mean, cov = np.array(ref["final"]["mean"]), np.array(ref["final"]["covariance"])
    error = SIGMAS * (1 / len(final) + 1 / ref["final"]["particles"]) ** 0.5
    sd = np.sqrt(np.diag(cov))
    got = np.cov(final.T).reshape(cov.shape)
    assert np.isfinite(final).all(), f"{name}: not finite"
    assert (np.abs(final.mean(0) - mean) < error * sd).all(), f"{name}: final mean {final.mean(0)}, not {mean}"
    limit = 2 * error * np.outer(sd, sd)
    assert (np.abs(got - cov) < limit).all(), f"{name}: final covariance {got}, not {cov}"
    return {"drift": worst}


def measure(make, repeats=5):
    """Time a Python peer on both scenes; returns million particle-steps a second and the checks."""
    out = {}
    for name in SCENES:
        scene = SCENES[name]
        rng = np.random.default_rng(3)
        sim = make(grid(scene), PARTICLES)
        start = rng.standard_normal((PARTICLES, len(scene["means"][0])))
        rates = []
        for i in range(repeats + 1):
            sim.set(start)
            before = time.perf_counter()
            sim.run()
            rates.append(PARTICLES * STEPS / (time.perf_counter() - before) / 1e6)
        rates = rates[1:]  # the first run warms up (and compiles)
        out[name] = {
            "best": max(rates),
            "median": float(np.median(rates)),
            "check": check(make, name, sim.get()),
        }
    return out


def main(peer, version, make):
    """What each Python peer's script prints: one line of JSON."""
    import argparse

    args = argparse.ArgumentParser()
    args.add_argument("--repeats", type=int, default=5)
    print(json.dumps({"peer": peer, "version": version, "scenes": measure(make, args.parse_args().repeats)}))


if __name__ == "__main__":
    write_reference()
