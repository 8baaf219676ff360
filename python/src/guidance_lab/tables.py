"""Tables of any library as text that the figure reads. Nothing but the standard library is needed for it."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable
from typing import Any


def wishes(
    axes: list[str] | None,
    label: str | None,
    directions: str | None,
    without_missing: bool | None,
    without_outliers: bool | None,
) -> dict[str, Any]:
    """What is to be fitted of a table, by the names that the engine has for it."""
    return {
        "axes": None if axes is None else [str(name) for name in axes],
        "label": None if label is None else str(label),
        "directions": directions,
        "withoutMissing": without_missing,
        "withoutOutliers": without_outliers,
    }


def table_text(table: Any) -> str:
    """Text as it is; a frame, a dict of columns or rows as CSV, with a header where the columns have names."""
    if isinstance(table, (bytes, bytearray)):
        return bytes(table).decode()
    if isinstance(table, str):
        return table
    names: list[Any] | None = None
    if isinstance(table, dict):
        names, columns = list(table), [_listed(column) for column in table.values()]
        if len({len(column) for column in columns}) > 1:
            raise ValueError("the columns have different lengths: " + ", ".join(str(len(each)) for each in columns))
        rows: Iterable[Any] = zip(*columns)
    else:
        # pandas, polars and what looks like them: `columns`, and all values by rows.
        if hasattr(table, "columns") and hasattr(table, "to_numpy"):
            names, table = list(table.columns), table.to_numpy()
        rows = _listed(table)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if names is not None:
        writer.writerow([_name(name) for name in names])
    for number, row in enumerate(rows):
        if not isinstance(row, (list, tuple)):
            raise TypeError(f"row {number} is a {type(row).__name__}; a table has several columns, one of them the label")
        writer.writerow([_cell(value) for value in row])
    return text.getvalue()


def _listed(values: Any) -> list[Any]:
    return values.tolist() if hasattr(values, "tolist") else list(values)


def _name(name: Any) -> str:
    """Names in several levels are one name."""
    return " ".join(str(part) for part in name if str(part)) if isinstance(name, tuple) else str(name)


def _cell(value: Any) -> Any:
    """Whatever a library has for a value that is not there is an empty cell; truth is a label."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return ""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        return str(value)
    return "" if isinstance(value, float) and not math.isfinite(value) else value
