"""The engine without a figure: states are measured in this process, on all its cores.

It is a package of its own, which `pip install 'guidance-lab[native]'` brings. Every number is that of the command
`guidance-lab`, bit for bit. Each function lets other threads of Python run meanwhile, and Ctrl-C ends it.

`state` is a dict, such as `lab.state`, or the same as JSON text; what it does not say is as in docs/state.md. A classifier
that is learned is trained first. What is refused is a `LabError` with `code`, `path` and words that name the allowed range.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .errors import LabError, plain
from .tables import table_text, wishes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = ["exact", "experiment", "fit", "measure", "samples", "sweep"]

#: The process of the first call.
_process: int | None = None


@contextmanager
def _engine() -> Iterator[Any]:
    try:
        import guidance_lab_native
    except ImportError:
        raise ImportError("this needs the engine: pip install 'guidance-lab[native]'") from None
    global _process
    _process = _process or os.getpid()
    if _process != os.getpid():
        # It would wait for ever for threads that only its parent has.
        raise LabError(
            "unsupported",
            "",
            "this process was forked from one that had called the engine; start it anew, as "
            "multiprocessing.get_context('spawn') does",
        )
    try:
        yield guidance_lab_native
    except guidance_lab_native.LabError as error:
        raise LabError(*error.args) from None


def _text(state: dict[str, Any] | str) -> str:
    return state if isinstance(state, str) else json.dumps(plain(state))


def _values(values: Iterable[float]) -> Any:
    listed = list(values) if isinstance(values, Iterable) and not hasattr(values, "tolist") else values
    return plain(listed, "values")


def measure(state: dict[str, Any] | str) -> dict[str, Any]:
    """Runs a state to its end and measures it there: what `guidance-lab measure` prints, as a dict.

    The exact readouts (`conditionalKl` in nats, `guidanceMse` in 1/length^2, ...) and, in `lanes`, the particles'
    estimates of each lane with their standard errors; docs/api.md, "Measurement", has all of them. What is not a number
    is None. Up to 100,000,000 particles in a lane; more than a million are moved in parts, in the memory of one.
    """
    with _engine() as engine:
        return json.loads(engine.measure(_text(state)))


def samples(state: dict[str, Any] | str) -> dict[str, NDArray[np.float32]]:
    """The particles of each lane at the end of the run, by the lane's name ("tested", "exact", ...).

    Each is an array of the shape (particles, dimensions), float32, in units of length. It takes over the engine's
    memory: nothing is copied. All lanes share every draw of noise, row by row. At most 1,000,000 particles in a lane.
    """
    with _engine() as engine:
        return engine.samples(_text(state))


def sweep(state: dict[str, Any] | str, path: str, values: Iterable[float]) -> list[dict[str, Any]]:
    """The state measured with each value of one number in it, over all cores.

    `path` is a field of docs/state.md or an entry of a list: "guidance.gamma", "mixture[1].weight", "mixture[0].mean[0]".
    A list of `{"value", "measurement"}` in the order of the values, measurements as of `measure`. All values are checked
    before the first is measured. `guidance-lab sweep` does the same into a file, and goes on where it was interrupted.
    """
    with _engine() as engine:
        return json.loads(engine.sweep(_text(state), path, json.dumps(_values(values))))


def experiment(name: str, *, small: bool = False) -> dict[str, Any]:
    """Measures an experiment of docs/experiments.md over all cores: what `guidance-lab experiment NAME --json` prints.

    A dict of `experiment` (what it is about), `rows` (each `x` and its `values` with standard errors), `states` (of each row,
    or None) and `verdict` (`agrees`, and `checks` number by number). `small`: fewer points on fewer particles.
    """
    with _engine() as engine:
        return json.loads(engine.experiment(name, small))


def fit(
    table: Any,
    *,
    axes: list[str] | None = None,
    label: str | None = None,
    directions: str | None = None,
    without_missing: bool = False,
    without_outliers: bool = False,
    components: int | None = None,
    rank: int | None = None,
    seed: int = 1,
) -> dict[str, Any]:
    """Fits a mixture to labelled points: what `guidance-lab fit` prints, as a dict of `state`, `notes` and `points`.

    `table`: a DataFrame of pandas or polars, a dict of columns, rows such as numpy's array, or text; `axes`, `label` and
    `directions` ("principal", "discriminant") as of `GuidanceLab.fit`. With `directions="all"` all columns of numbers (or
    those of `axes`), up to 256, are the coordinates of a mixture in many dimensions, which `measure` and `samples` take.
    A `pathlib.Path` is a folder that has a folder of small PNG images for each class, up to 256 points each.

    In many dimensions a class has `components` components at most, of which BIC takes its number, and a component `rank`
    directions beside a variance for each coordinate. Rows without a value are refused, or left out on request.
    """
    folder = table if isinstance(table, os.PathLike) else None
    wished = wishes(axes, label, directions, without_missing, without_outliers)
    text = None if folder is not None else table_text(table).encode()
    with _engine() as engine:
        return json.loads(engine.fit(text, folder or "", json.dumps(wished), (components, rank), seed))


def exact(state: dict[str, Any] | str, t: float, points: ArrayLike) -> dict[str, NDArray[np.float64]]:
    """The exact values at any points at the time `t`, 0 to the state's horizon, and those of the classifier under test.

    `points`: of the shape (count, dimensions), or (count,) in one dimension, in units of length, at most 1,000,000. A dict
    of float64 arrays with the names of docs/api.md, "Values at points": `logDensity`, `logPosterior` and
    `testedLogPosterior` of the shape (count,); `score`, `guidance` and `testedGuidance`, in 1/length, of the shape
    (count, dimensions).
    """
    with _engine() as engine:
        import numpy as np

        try:
            rows = np.asarray(points, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise LabError("type", "points", f"points has something else than rows of numbers: {error}") from None
        if rows.ndim not in (1, 2):
            raise LabError("type", "points", f"points has {rows.ndim} axes, but must have 1 or 2")
        return engine.exact(_text(state), t, rows[:, np.newaxis] if rows.ndim == 1 else rows)
