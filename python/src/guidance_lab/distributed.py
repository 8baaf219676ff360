"""Sweeps and experiments over a Dask cluster: the rows of one machine, from many.

`pip install 'guidance-lab[distributed]'` brings the engine and Dask; each worker needs the same versions of both packages of
ours. A `Client` is passed in, and Dask does all the rest: each point is a task of its own, what a lost worker had is computed
again by another (as often as Dask's `distributed.scheduler.allowed-failures` allows, then it raises its `KilledWorker`), and
Dask's dashboard shows the points. Every number is that of `guidance_lab.sweep` and `experiment`, bit for bit.

    from dask.distributed import Client
    import guidance_lab

    client = Client("tcp://scheduler:8786")
    guidance_lab.distributed.sweep(client, state, "guidance.gamma", [0, 1, 2, 4])

A point uses all cores of its worker's machine: one worker with one thread on each machine is enough.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from .errors import LabError
from .native import _engine, _text, _values

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["experiment", "sweep"]

#: Of the packages that have to be the same everywhere; None where one is not installed.
Versions = dict[str, str | None]

#: Hears how many points are done, and of how many.
Progress = Callable[[int, int], object]


def sweep(
    client: Client,
    state: dict[str, Any] | str,
    path: str,
    values: Iterable[float],
    *,
    progress: Progress | None = None,
) -> list[dict[str, Any]]:
    """What `guidance_lab.sweep` returns, measured by the workers of `client`.

    `progress` is called with the number of points that are done, and of all, whenever one more is done. All values are checked
    before the first is measured, as is whether each worker has the versions of this process (else a `LabError` with the
    path "client"). A classifier that is learned is trained for each value anew.
    """
    text = _text(state)
    listed = _values(values)
    with _engine() as engine:
        engine.check_sweep(text, path, json.dumps(listed))
    each = [json.dumps([value]) for value in listed]
    rows = _measured(client, _sweep_row, each, progress, state=text, path=path)
    return [json.loads(row)[0] for row in rows]


def experiment(client: Client, name: str, *, small: bool = False, progress: Progress | None = None) -> dict[str, Any]:
    """What `guidance_lab.experiment` returns, measured by the workers of `client`; `progress` and errors as of `sweep`."""
    with _engine() as engine:
        points = engine.experiment_points(name, small)
    rows = _measured(client, _experiment_row, points, progress, name=name, small=small)
    with _engine() as engine:
        return json.loads(engine.experiment_report(name, small, rows))


def _sweep_row(value: str, versions: Versions, state: str, path: str) -> str:
    _refuse_others(versions, {"that came later": _versions()()})
    with _engine() as engine:
        return engine.sweep(state, path, value)


def _experiment_row(x: float, versions: Versions, name: str, small: bool) -> tuple[float, list[Any], str]:
    _refuse_others(versions, {"that came later": _versions()()})
    with _engine() as engine:
        return engine.experiment_row(name, small, x)


def _measured(
    client: Client, task: Callable[..., Any], points: list[Any], progress: Progress | None, **shared: Any
) -> list[Any]:
    """What the task says of each point, in their order."""
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise ImportError("this needs Dask: pip install 'guidance-lab[distributed]'") from None
    if not isinstance(client, Client) or client.asynchronous:
        kind = "client that is asynchronous" if isinstance(client, Client) else type(client).__name__
        raise LabError("type", "client", f"client is a {kind}; it must be a dask.distributed.Client that is not")
    versions = _versions()()
    _refuse_others(versions, client.run(_versions()))
    name = f"guidance-lab{task.__name__.replace('_', '-')}"
    # The state goes along with each task: data that are kept on a worker would be lost with it.
    futures = client.map(task, points, key=name, pure=False, versions=versions, **shared)
    waiting = {future: index for index, future in enumerate(futures)}
    del futures
    found = [None] * len(points)
    try:
        for future, result in as_completed(waiting, loop=client.loop, with_results=True):
            found[waiting.pop(future)] = result
            # Nobody computes it again should its worker be lost.
            future.release()
            if progress is not None:
                progress(len(points) - len(waiting), len(points))
    finally:
        # After an error or Ctrl-C.
        if waiting:
            client.cancel(list(waiting))
    return found


def _versions() -> Callable[[], Versions]:
    """A function without a name by which a worker could look it up: it runs where this module is another, or none."""

    def versions() -> Versions:
        from importlib import metadata

        found: Versions = {}
        for name in ("guidance-lab", "guidance-lab-native"):
            try:
                found[name] = metadata.version(name)
            except metadata.PackageNotFoundError:
                found[name] = None
        return found

    return versions


def _refuse_others(versions: Versions, workers: dict[str, Versions]) -> None:
    """Names the first worker that has other versions."""
    for worker, theirs in workers.items():
        for name, wanted in versions.items():
            if theirs[name] != wanted:
                message = f"the worker {worker} has {name} {theirs[name] or '(not installed)'}, but this process {wanted}"
                raise LabError("unsupported", "client", f"{message}; install guidance-lab[native]=={wanted} on all workers")
