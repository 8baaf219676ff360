"""The engine in Python against the command: the same numbers, bit for bit. `native.test.ts` builds both and runs this."""

import json
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from unittest import mock

import guidance_lab
import numpy as np

#: Two dimensions, three components; small enough to be quick.
STATE = {
    "mixture": [
        {"weight": 0.2, "mean": [-1, 0.5], "covariance": [[0.5, 0.2], [0.2, 0.3]], "class": 0},
        {"weight": 0.3, "mean": [1.2, -0.4], "covariance": [[0.4, -0.1], [-0.1, 0.6]], "class": 0},
        {"weight": 0.5, "mean": [0.3, 1.5], "covariance": [[0.3, 0.05], [0.05, 0.8]], "class": 1},
    ],
    "process": {"steps": 40},
    "guidance": {"gamma": 2.5},
    "particles": 3000,
    "seed": 11,
}
LEARNED = {"particles": 500, "classifier": {"kind": "learned", "recipe": {"hidden": [8], "steps": 50}}}


def command(*arguments, given=""):
    done = subprocess.run([os.environ["GUIDANCE_LAB"], *arguments], input=given, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


class TheCommand(unittest.TestCase):
    """JSON keeps every digit of a number, so that equal is equal bit for bit."""

    def test_measure(self):
        for state in (STATE, LEARNED):
            self.assertEqual(guidance_lab.measure(state), json.loads(command("measure", "-", given=json.dumps(state))))
        self.assertEqual(guidance_lab.measure(json.dumps(STATE)), guidance_lab.measure(STATE))

    def test_sweep(self):
        with tempfile.TemporaryDirectory() as folder:
            rows = os.path.join(folder, "rows.jsonl")
            options = ["--path", "mixture[0].mean[1]", "--values", "-1:1:0.5", "--out", rows]
            command("sweep", "-", *options, given=json.dumps(STATE))
            with open(rows) as lines:
                _, *expected = map(json.loads, lines)
        self.assertEqual(guidance_lab.sweep(STATE, "mixture[0].mean[1]", np.arange(-1, 1.5, 0.5)), expected)
        found = guidance_lab.sweep(LEARNED, "classifier.recipe.steps", [50, 20])
        for row in found:
            recipe = {**LEARNED["classifier"]["recipe"], "steps": row["value"]}
            alone = {**LEARNED, "classifier": {"kind": "learned", "recipe": recipe}}
            self.assertEqual(row["measurement"], guidance_lab.measure(alone))

    def test_experiment(self):
        expected = json.loads(command("experiment", "improved", "--small", "--json"))
        del expected["seconds"]
        self.assertEqual(guidance_lab.experiment("improved", small=True), expected)

    def test_exact(self):
        points = np.random.default_rng(1).normal(size=(200, 2))
        with tempfile.TemporaryDirectory() as folder:
            state = os.path.join(folder, "state.json")
            with open(state, "w") as file:
                json.dump(STATE, file)
            text = "".join(f"{x!r},{y!r}\n" for x, y in points.tolist())
            expected = json.loads(command("at", state, "--time", "0.3", "--points", "-", "--json", given=text))
        # As the command has read them: its reader of tables rounds by its own rule.
        points = np.reshape(expected["points"], (200, 2))
        # Rows of any layout.
        for given in (points, np.asfortranarray(points), points.tolist()):
            found = guidance_lab.exact(STATE, 0.3, given)
            for name, values in found.items():
                self.assertEqual(values.dtype, np.float64)
                self.assertEqual(values.shape, (200,) if name.lower().endswith(("density", "posterior")) else (200, 2))
                self.assertEqual(values.ravel().tolist(), expected[name], name)
            self.assertEqual(set(found), set(expected) - {"time", "dimension", "points"})
        # On a line.
        self.assertEqual(guidance_lab.exact({}, 0.5, [0.0, 2.0])["score"].shape, (2, 1))
        self.assertEqual(guidance_lab.exact({}, 0.5, [])["score"].shape, (0, 1))

    def test_samples(self):
        found = guidance_lab.samples(STATE)
        measured = guidance_lab.measure(STATE)["lanes"]
        self.assertEqual(set(found), set(measured))
        for name, positions in found.items():
            self.assertEqual((positions.shape, positions.dtype), ((3000, 2), np.float32))
            # Rust's memory, in order.
            self.assertTrue(positions.flags.c_contiguous and not positions.flags.owndata and positions.flags.writeable)
            # By numpy, of what the command measures by sums of its own.
            wide = positions.astype(np.float64)
            np.testing.assert_allclose(wide.mean(axis=0), measured[name]["mean"], rtol=0, atol=1e-5)
            np.testing.assert_allclose(np.cov(wide.T), np.reshape(measured[name]["covariance"], (2, 2)), atol=1e-3)
        np.testing.assert_array_equal(found["tested"], guidance_lab.samples(STATE)["tested"])
        kept = found.pop("tested")
        del found
        self.assertTrue(np.isfinite(kept).all())

    def test_fit(self):
        draws = np.random.default_rng(3)
        means = [[0, 0, 0, 0, 0], [3, 3, 0, 0, 0]]
        columns = np.concatenate([draws.normal(size=(60, 5)) + mean for mean in means])
        table = {**{f"c{k}": columns[:, k] for k in range(5)}, "class": [0] * 60 + [1] * 60}
        text = "".join(",".join(map(str, row)) + "\n" for row in [table, *zip(*table.values())])
        for options, more in (({}, {}), ({"directions": "all"}, {"components": 2, "rank": 1})):
            arguments = ["--all"] if options else []
            arguments += [part for name, value in more.items() for part in (f"--{name}", str(value))]
            expected = json.loads(command("fit", "-", "--seed", "4", *arguments, given=text))
            found = guidance_lab.fit(table, **options, **more, seed=4)
            self.assertEqual((found["state"], found["points"]), (expected, 120))
            self.assertIn("Fitted to 120 points", found["notes"][0])
        small = {**found["state"], "particles": 200}
        self.assertEqual(guidance_lab.measure(small), json.loads(command("measure", "-", given=json.dumps(small))))
        positions = guidance_lab.samples(small)
        self.assertEqual(set(positions), {"tested", "conditional", "unguided"})
        self.assertEqual(positions["tested"].shape, (200, 5))
        with tempfile.TemporaryDirectory() as folder, self.assertRaises(guidance_lab.LabError) as caught:
            guidance_lab.fit(pathlib.Path(folder))
        self.assertIn("0 folders with PNG images", str(caught.exception))


class Manners(unittest.TestCase):
    def refused(self, code, path, words, call, *arguments):
        with self.assertRaises(guidance_lab.LabError) as caught:
            call(*arguments)
        self.assertEqual((caught.exception.code, caught.exception.path), (code, path), caught.exception)
        self.assertIn(words, str(caught.exception))
        # To another process, too.
        crossed = pickle.loads(pickle.dumps(caught.exception))
        self.assertEqual((crossed.code, crossed.path, str(crossed)), (code, path, str(caught.exception)))

    def test_what_is_wrong_is_refused_by_name(self):
        wrong = {"guidance": {"gamma": 99}}
        for call, rest in (
            (guidance_lab.measure, ()),
            (guidance_lab.samples, ()),
            (guidance_lab.sweep, ("guidance.gamma", [1])),
            (guidance_lab.exact, (0.5, [0.0])),
        ):
            self.refused("range", "guidance.gamma", "between -10 and 50", call, wrong, *rest)
        self.refused("range", "particles", "at once", guidance_lab.samples, {"particles": 1_000_001})
        self.refused("unknown-key", "colour", "colour", guidance_lab.measure, {"colour": 1})
        self.refused("type", "", "the state is not JSON", guidance_lab.measure, '{"seed": NaN}')
        self.refused("type", "", "the state is a bytes", guidance_lab.measure, b"{}")
        self.refused("type", "guidance.gamma", "finite", guidance_lab.measure, {"guidance": {"gamma": float("nan")}})
        self.refused("range", "guidance.gamma", "values[1]", guidance_lab.sweep, {}, "guidance.gamma", [1, 60])
        self.refused("type", "values", "list of numbers", guidance_lab.sweep, {}, "guidance.gamma", 5)
        self.refused("unknown-key", "guidance.x", "guidance.x", guidance_lab.sweep, {}, "guidance.x", [1])
        self.refused("range", "experiment", "fable", guidance_lab.experiment, "fable")
        self.refused("range", "time", "0 to the horizon", guidance_lab.exact, {}, 9, [0.0])
        self.refused("type", "points[0]", "2 numbers, but the mixture has 1", guidance_lab.exact, {}, 1, [[0.0, 1.0]])
        self.refused("type", "points[1]", "NaN", guidance_lab.exact, {}, 1, [0.0, float("nan")])
        self.refused("type", "points", "3 axes", guidance_lab.exact, {}, 1, np.zeros((1, 1, 1)))
        self.refused("type", "points", "'a'", guidance_lab.exact, {}, 1, ["a"])
        named = {"classifier": {"kind": "learned", "recipe": {"weights": "0" * 64}}}
        self.refused("unsupported", "classifier.recipe.weights", "not at hand", guidance_lab.measure, named)

    def test_other_threads_run_meanwhile(self):
        large = {"particles": 100_000, "process": {"steps": 300}}
        worker = threading.Thread(target=guidance_lab.measure, args=(large,))
        worker.start()
        turns = 0
        while worker.is_alive():
            time.sleep(0.001)
            turns += 1
        # With the lock held, there would be none until the end.
        self.assertGreater(turns, 10)

    def test_an_interrupt_ends_it(self):
        script = (
            "import _thread, threading, guidance_lab\n"
            "threading.Timer(0.3, _thread.interrupt_main).start()\n"
            "try:\n"
            "    guidance_lab.sweep({'particles': 1000000, 'process': {'steps': 2000}}, 'seed', range(1000))\n"
            "except KeyboardInterrupt:\n"
            "    print('interrupted')\n"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.stdout, "interrupted\n", done.stderr)

    def test_a_fork_is_refused(self):
        script = (
            "import os, signal, guidance_lab\n"
            "guidance_lab.measure({'particles': 100})\n"
            "if os.fork() == 0:\n"
            "    signal.alarm(20)\n"
            "    try:\n"
            "        guidance_lab.measure({'particles': 100})\n"
            "    except guidance_lab.LabError as error:\n"
            "        print(error, flush=True)\n"
            "    os._exit(0)\n"
            "os.wait()\n"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
        self.assertIn("get_context('spawn')", done.stdout, done.stderr)

    def test_without_the_engine_one_sentence_says_how_to_get_it(self):
        with mock.patch.dict(sys.modules, {"guidance_lab_native": None}):
            for call, rest in ((guidance_lab.measure, ()), (guidance_lab.exact, (0.5, [0.0]))):
                with self.assertRaisesRegex(ImportError, r"pip install 'guidance-lab\[native\]'"):
                    call({}, *rest)


if __name__ == "__main__":
    unittest.main()
