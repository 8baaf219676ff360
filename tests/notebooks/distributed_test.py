"""Sweeps and experiments over a Dask cluster of two processes: the rows of one machine. `native.test.ts` builds and runs this."""

import asyncio
import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import guidance_lab
from distributed import Client, LocalCluster
from guidance_lab import distributed as over_dask

#: Some tenths of a second for each value.
STATE = {"particles": 20_000, "process": {"steps": 100}, "seed": 7}
SMALL = {"particles": 1000, "process": {"steps": 20}}


class OverDask(unittest.TestCase):
    def setUp(self):
        self.cluster = self.enterContext(LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None))
        self.client = self.enterContext(Client(self.cluster, set_as_default=False))

    def refused(self, code, path, words, call, *arguments, **options):
        """And the scheduler has heard of no task."""
        before = self.cluster.scheduler.transition_counter
        with self.assertRaises(guidance_lab.LabError) as caught:
            call(*arguments, **options)
        self.assertEqual((caught.exception.code, caught.exception.path), (code, path), caught.exception)
        self.assertRegex(str(caught.exception), words)
        self.assertEqual(self.cluster.scheduler.transition_counter, before)

    def nothing_is_left(self):
        # The scheduler hears of it after all that was said before.
        self.client.submit(int).result()
        self.assertEqual([key for key in self.cluster.scheduler.tasks if key.startswith("guidance-lab")], [])

    def test_the_rows_are_those_of_one_machine(self):
        heard = []
        values = [3, 0.5, 2, 1e-3]
        found = over_dask.sweep(self.client, SMALL, "guidance.gamma", values, progress=lambda *done: heard.append(done))
        self.assertEqual(found, guidance_lab.sweep(SMALL, "guidance.gamma", values))
        self.assertEqual(heard, [(1, 4), (2, 4), (3, 4), (4, 4)])
        learned = {"particles": 500, "classifier": {"kind": "learned", "recipe": {"hidden": [8], "steps": 50}}}
        self.assertEqual(
            over_dask.sweep(self.client, learned, "seed", range(2)), guidance_lab.sweep(learned, "seed", range(2))
        )
        # Rows with pictures of their own; rows without chance; a verdict over many.
        for name in ("improved", "counterexample", "ranking"):
            self.assertEqual(over_dask.experiment(self.client, name, small=True), guidance_lab.experiment(name, small=True))
        self.nothing_is_left()

    def test_a_worker_is_killed_in_the_middle(self):
        killed = []
        pids = self.client.run(os.getpid)

        def kill(done, count):
            if killed:
                return
            # Whoever has points that are not done.
            worker, keys = next((worker, keys) for worker, keys in self.client.processing().items() if keys)
            os.kill(pids[worker], signal.SIGKILL)
            killed.append((pids[worker], keys))

        values = [value / 4 for value in range(12)]
        found = over_dask.sweep(self.client, STATE, "guidance.gamma", values, progress=kill)
        self.assertEqual(found, guidance_lab.sweep(STATE, "guidance.gamma", values))
        [(pid, keys)] = killed
        self.assertTrue(keys)
        self.assertNotIn(pid, self.client.run(os.getpid).values())

    def test_another_version_is_refused_before_the_first_task(self):
        with tempfile.TemporaryDirectory() as other, contextlib.ExitStack() as ends:
            about = pathlib.Path(other, "guidance_lab_native-0.0.9.dist-info")
            about.mkdir()
            (about / "METADATA").write_text("Metadata-Version: 2.4\nName: guidance-lab-native\nVersion: 0.0.9\n")
            path = os.pathsep.join([other, os.environ["PYTHONPATH"]])
            command = ["-m", "distributed.cli.dask_worker", self.cluster.scheduler_address, "--no-nanny", "--no-dashboard"]
            worker = subprocess.Popen(
                [sys.executable, *command], env={**os.environ, "PYTHONPATH": path}, cwd=other, stderr=subprocess.DEVNULL
            )
            ends.callback(worker.wait)
            ends.callback(worker.kill)
            self.client.wait_for_workers(3)
            words = r"worker tcp://\S+ has guidance-lab-native 0\.0\.9, but this process 0\.1\.0; install guidance-lab\[native\]"
            self.refused("unsupported", "client", words, over_dask.sweep, self.client, SMALL, "guidance.gamma", [1])
            self.refused("unsupported", "client", words, over_dask.experiment, self.client, "improved", small=True)

    def test_each_task_looks_at_the_version_again(self):
        wanted = {"guidance-lab": guidance_lab.__version__, "guidance-lab-native": "0.0.9"}
        task = self.client.submit(over_dask._sweep_row, "[1]", wanted, "{}", "guidance.gamma")
        with self.assertRaisesRegex(guidance_lab.LabError, "that came later has guidance-lab-native 0.1.0") as caught:
            task.result()
        self.assertEqual((caught.exception.code, caught.exception.path), ("unsupported", "client"))

    def test_what_is_wrong_is_refused_before_the_first_task(self):
        sweep = over_dask.sweep
        self.refused("range", "guidance.gamma", r"values\[1\]", sweep, self.client, SMALL, "guidance.gamma", [1, 60])
        self.refused("type", "values", "list of numbers", sweep, self.client, SMALL, "guidance.gamma", 5)
        self.refused("unknown-key", "colour", "colour", sweep, self.client, {"colour": 1}, "guidance.gamma", [1])
        self.refused("range", "experiment", "fable", over_dask.experiment, self.client, "fable")
        self.refused("type", "client", "is a str", sweep, "tcp://127.0.0.1:8786", SMALL, "guidance.gamma", [1])

        async def within_a_loop():
            async with Client(self.cluster.scheduler_address, asynchronous=True, set_as_default=False) as client:
                self.refused("type", "client", "asynchronous", sweep, client, SMALL, "guidance.gamma", [1])

        asyncio.run(within_a_loop())

    def test_an_error_in_between_ends_the_rest(self):
        def interrupt(done, count):
            raise KeyboardInterrupt

        with self.assertRaises(KeyboardInterrupt):
            over_dask.sweep(self.client, STATE, "guidance.gamma", range(10), progress=interrupt)
        self.nothing_is_left()


class WithoutDask(unittest.TestCase):
    def test_it_is_imported_only_when_used(self):
        script = "import sys, guidance_lab.distributed; print({'dask', 'distributed'} & sys.modules.keys())"
        self.assertEqual(subprocess.check_output([sys.executable, "-c", script], text=True), "set()\n")

    def test_one_sentence_says_how_to_get_it(self):
        with mock.patch.dict(sys.modules, {"distributed": None}):
            with self.assertRaisesRegex(ImportError, r"pip install 'guidance-lab\[distributed\]'"):
                over_dask.experiment(None, "improved")


if __name__ == "__main__":
    unittest.main()
