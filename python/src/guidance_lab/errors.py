"""What is refused, and values in JSON's types."""

from __future__ import annotations

import math
from typing import Any


class LabError(ValueError):
    """What was refused, and why.

    `code` is one of docs/state.md, `path` the field at fault (`guidance.gamma`), the message names the allowed range.
    """

    def __init__(self, code: str, path: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.path = path

    def __reduce__(self) -> tuple[type[LabError], tuple[str, str, str]]:
        """So that it crosses between processes."""
        return type(self), (self.code, self.path, str(self))


def plain(value: Any, path: str = "") -> Any:
    """The same in JSON's types; numpy's arrays and numbers become lists and numbers."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict):
        return {key: plain(each, f"{path}.{key}" if path else str(key)) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each, f"{path}[{index}]") for index, each in enumerate(value)]
    if isinstance(value, float) and not math.isfinite(value):
        raise LabError("type", path, f"{path} is {value}; it must be a finite number")
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise LabError("type", path, f"{path or 'the state'} is a {type(value).__name__}; it must be a number, text, list or dict")
