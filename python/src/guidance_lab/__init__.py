"""The figure of Guidance Lab in a notebook.

    from guidance_lab import GuidanceLab

    lab = GuidanceLab(preset="wiggle", state={"guidance": {"gamma": 3}})
    lab
"""

from __future__ import annotations

import asyncio
import base64
import concurrent.futures
import uuid
from collections.abc import Generator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import anywidget
import traitlets
from IPython.display import publish_display_data

from . import distributed
from .errors import LabError, plain
from .native import exact, experiment, fit, measure, samples, sweep
from .networks import network_bytes
from .tables import table_text, wishes

__all__ = ["Answer", "GuidanceLab", "LabError", "distributed", "exact", "experiment", "fit", "measure", "samples", "sweep"]
__version__ = version("guidance-lab")

#: Seconds until a figure must have begun with what it was asked.
PATIENCE = 60

#: What a figure has told is not told back to it: it may be further already.
_SYNC = {"sync": True, "echo_update": False}

_HERE = Path(__file__).parent

#: What stands below a figure; `widget.js` hides it where the figure is drawn.
STILL = (
    "A figure of Guidance Lab: it is drawn where scripts run, in a notebook with a kernel, "
    "or in a page that `nbconvert --execute` has made."
)
#: Draws the figure in its place in such a page.
_CONVERTED = (_HERE / "converted.js").read_text(encoding="utf-8")

NOT_BEGUN = (
    f"the figure has not begun to answer within {PATIENCE} s. Either it is not shown: end a cell with it first. "
    "Or this kernel hears from figures only between cells, as ipykernel 6 does: give `.add_done_callback` a function, "
    "or read `.measurement` in a later cell"
)


class Answer(concurrent.futures.Future):
    """What the figure will answer: `await` it, or give `add_done_callback` a function of it.

    It comes from the browser by way of the kernel's own loop, which a cell that blocks would block, too.
    """

    def __init__(self, request: dict[str, Any]) -> None:
        super().__init__()
        self.request = request
        self.begun: concurrent.futures.Future[None] = concurrent.futures.Future()

    def result(self, timeout: float | None = None) -> Any:
        if not self.done():
            raise RuntimeError("the figure has not answered yet, and cannot while a cell blocks: `await` it instead")
        return super().result(timeout)

    def __await__(self) -> Generator[Any, None, Any]:
        return self._awaited().__await__()

    async def _awaited(self) -> Any:
        begun = asyncio.shield(asyncio.wrap_future(self.begun))
        try:
            await asyncio.wait_for(begun, PATIENCE)
        except TimeoutError:
            raise TimeoutError(NOT_BEGUN) from None
        return await asyncio.wrap_future(self)


class GuidanceLab(anywidget.AnyWidget):
    """A figure. Its traits are in step with what is shown, in both directions.

    Parameters
    ----------
    state
        A patch of the state (docs/state.md), laid over the preset. Assigned later it is laid over the present state:
        objects are merged, lists replaced. `lab.state` is then the full state, a copy that the figure renews; changes
        inside of it are not seen. A state the figure refuses is told in the figure and in `error`, and `state` is
        again what is shown.
    preset, controls, theme, autoplay, lock
        As the attributes of the element (docs/embedding.md).
    height
        Of the picture, in CSS pixels; by the width if None.

    Read-only: `measurement`, the readouts as they change (docs/api.md, at most ten a second; None before the first);
    `engine`, what computes; `error`, the last change that was refused (`code`, `path`, `message`), None after one that
    was not.
    """

    state = traitlets.Dict().tag(**_SYNC)
    preset = traitlets.Unicode("").tag(**_SYNC)
    controls = traitlets.Unicode("all").tag(**_SYNC)
    theme = traitlets.Enum(["auto", "light", "dark"], "auto").tag(**_SYNC)
    autoplay = traitlets.Bool(False).tag(**_SYNC)
    lock = traitlets.Bool(False).tag(**_SYNC)
    height = traitlets.Int(None, min=100, max=4000, allow_none=True).tag(**_SYNC)
    measurement = traitlets.Any(read_only=True).tag(**_SYNC)
    engine = traitlets.Any(read_only=True).tag(**_SYNC)
    error = traitlets.Any(read_only=True).tag(**_SYNC)

    # The element's module defines the tag; the text behind it holds tag and traits together.
    _esm = "\n".join(
        (_HERE / name).read_text(encoding="utf-8") for name in ("guidance-lab.inline.js", "widget.js")
    )

    def __init__(self, state: dict[str, Any] | None = None, **traits: Any) -> None:
        self._asked: dict[str, Answer] = {}
        super().__init__(**({} if state is None else {"state": state}), **traits)
        self.on_msg(self._heard)

    @traitlets.validate("state")
    def _merged(self, proposal: dict[str, Any]) -> dict[str, Any]:
        patch = plain(proposal["value"])
        # Only full states have a version.
        return patch if "version" in patch else _merge(self.state, patch)

    def _ipython_display_(self, **_kwargs: Any) -> None:
        """The figure, and below it a line that stands wherever no figure comes, or the figure of a converted notebook."""
        publish_display_data(*self._repr_mimebundle_())
        line = f'<div class="guidance-lab-still" data-model="{self.model_id}"><p>{STILL}</p></div>'
        html = f'{line}<script type="module">{_CONVERTED}</script>'
        publish_display_data({"text/html": html, "text/plain": STILL})

    def ready(self) -> Answer:
        """Answers when the first frame stands: `state` is full and `engine` is known."""
        return self._ask("ready")

    def apply(self, patch: dict[str, Any]) -> Answer:
        """Changes the state; the answer is the full new state, or a LabError, and then nothing has changed."""
        return self._ask("setState", plain(patch))

    def measure(self, time: float | None = None) -> Answer:
        """The readouts at the step on show, as a dict (docs/api.md, "Measurement"); `time`: the exact ones then."""
        return self._ask("measure", {} if time is None else {"time": plain(time, "time")})

    def at(self, points: Any, time: float | None = None) -> Answer:
        """The exact and the tested values at any points (docs/api.md, "Values at points"), at the time on show or `time`.

        `points`: a row for each (or, in one dimension, a number), such as a list or numpy's array. A dict of lists:
        numbers of `logDensity`, `logPosterior` and `testedLogPosterior`, rows of `score`, `guidance` and
        `testedGuidance`, one for each point.
        """
        return self._ask("at", plain(points, "points"), {} if time is None else {"time": plain(time, "time")})

    def fit(
        self,
        table: Any,
        *,
        axes: list[str] | None = None,
        label: str | None = None,
        directions: str | None = None,
        without_missing: bool | None = None,
        without_outliers: bool | None = None,
    ) -> Answer:
        """Fits a mixture to labelled points, class by class, and shows it; the classes keep the names of their labels.

        `table`: a DataFrame of pandas or polars, a dict of columns, rows such as numpy's array, or text (CSV and others,
        docs/api.md, "Own data"). The columns are those that seem to be meant, or `axes` (one or two names) and `label`;
        `directions`, "principal" or "discriminant", takes two directions of all columns of numbers instead. Rows without
        a value are left out (or refused: `without_missing=False`), those far from all others on request. The answer is
        a dict: `notes` say what was done, `points` how many were fitted.
        """
        wished = wishes(axes, label, directions, without_missing, without_outliers)
        return self._ask("fit", table_text(table), {key: value for key, value in wished.items() if value is not None})

    def open_network(
        self,
        network: Any,
        *,
        activation: str | None = None,
        noise: tuple[float, float] | None = None,
        classes: list[int] | None = None,
    ) -> Answer:
        """A network that was trained elsewhere classifies from now on; the answer comes when it does.

        `network`: the path or the bytes of a safetensors or ONNX file (docs/networks.md), a `torch.nn.Module`, or a dict of
        its weights: names that are equal but for one number (`"0.weight"`, `"0.bias"`), each with nested lists or an array.
        Of the last two it has to be said what their numbers do not say: `noise`, the earliest and the latest time that it was trained
        on, if it is told the time (without it, it is not); `activation` ("tanh", "softplus", "relu", "sine"), which is
        found where it is a module, and is tanh for a dict; `classes` of the outputs, 0, 1, 2, ... if not given.
        """
        data = network_bytes(network, activation, noise, classes)
        return self._ask("openNetwork", base64.b64encode(data).decode())

    def save_network(self) -> Answer:
        """The network that classifies, as the bytes of a safetensors file."""
        return self._ask("saveNetwork")

    def sweep(self, path: str, values: list[float], measure: str | None = None) -> Answer:
        """The present state measured with each value of one field: a list of `{"value", "measurement"}`."""
        options = {"path": path, "values": plain(values, "values")}
        return self._ask("sweep", options if measure is None else {**options, "measure": measure})

    def play(self) -> Answer:
        """Plays the run."""
        return self._ask("play")

    def pause(self) -> Answer:
        """Stops it."""
        return self._ask("pause")

    def step(self, n: int = 1) -> Answer:
        """Goes n reverse steps; negative goes back."""
        return self._ask("step", n)

    def finish(self) -> Answer:
        """Goes to the end of the run."""
        return self._ask("finish")

    def reset(self, seed: int | None = None) -> Answer:
        """Goes back to the noise, with a new seed if given."""
        return self._ask("reset", *([] if seed is None else [seed]))

    def _ask(self, call: str, *args: Any) -> Answer:
        request = {"id": uuid.uuid4().hex, "call": call, "args": args}
        answer = self._asked[request["id"]] = Answer(request)
        self.send(request)
        return answer

    def _heard(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        if "told" in content:
            self.set_state(content["told"])
            return
        if content.get("shown"):
            # A figure that has just come heard nothing of what was asked before.
            for answer in list(self._asked.values()):
                self.send(answer.request)
            return
        answer = self._asked.get(content.get("id", ""))
        if answer is None:
            return
        if not answer.begun.done():
            answer.begun.set_result(None)
        if "begun" in content:
            return
        del self._asked[content["id"]]
        if not answer.set_running_or_notify_cancel():
            return
        if "error" in content:
            answer.set_exception(LabError(**content["error"]))
            return
        # Before the answer: who has it finds the state that belongs to it.
        self.set_state({"state": content["state"]})
        result = content["result"]
        answer.set_result(base64.b64decode(result) if answer.request["call"] == "saveNetwork" else result)


def _merge(base: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """The patch laid over the base; a classifier of another kind starts anew."""
    merged = dict(base)
    for key, value in patch.items():
        before = merged.get(key)
        both = isinstance(before, dict) and isinstance(value, dict)
        anew = both and "kind" in value and value["kind"] != before.get("kind", value["kind"])
        merged[key] = _merge(before, value) if both and not anew else value
    return merged
