"""Networks of any library as the bytes of a safetensors file (docs/networks.md). Nothing but the standard library is needed for it."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

#: The activations that PyTorch has as modules.
_ACTIVATIONS = {"Tanh": "tanh", "Softplus": "softplus", "ReLU": "relu"}


def network_bytes(
    network: Any,
    activation: str | None = None,
    noise: tuple[float, float] | None = None,
    classes: list[int] | None = None,
) -> bytes:
    """The bytes of a file as they are; a path's file; a `torch.nn.Module` or a dict of its weights as safetensors.

    `noise`: the first and the last time that it was trained on, if it is told the time; a module's activation is found.
    """
    if isinstance(network, (bytes, bytearray)):
        return bytes(network)
    if isinstance(network, (str, Path)):
        return Path(network).read_bytes()
    if hasattr(network, "state_dict"):
        activation = activation or _activation(network)
        network = network.state_dict()
    if not isinstance(network, dict):
        raise TypeError(
            f"network is a {type(network).__name__}; it must be bytes, a path, a torch.nn.Module or a dict of weights"
        )
    recipe = {"activation": activation or "tanh", "time": noise is not None}
    if noise is not None:
        recipe["noise"] = [float(time) for time in noise]
    about = {"recipe": recipe} if classes is None else {"recipe": recipe, "classes": [int(each) for each in classes]}
    return _safetensors({str(name): _tensor(str(name), values) for name, values in network.items()}, about)


def _activation(module: Any) -> str | None:
    """The one that stands between the layers of a module; None where it has none as a module of its own."""
    kinds = {type(part).__name__ for part in module.modules()}
    found = sorted(kinds & _ACTIVATIONS.keys())
    if len(found) > 1:
        raise ValueError(f"the module has {' and '.join(found)}; a network has one activation")
    if not found and len(module.state_dict()) > 2:
        raise ValueError("the module's activation is not one of its modules; give it as `activation`")
    return _ACTIVATIONS[found[0]] if found else None


def _tensor(name: str, values: Any) -> tuple[list[int], bytes]:
    """The shape and the bytes of numbers in nested lists, or of what becomes lists: torch's tensors, numpy's arrays."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    if hasattr(values, "tolist"):
        values = values.tolist()
    shape, flat = [], [values]
    while flat and isinstance(flat[0], (list, tuple)):
        lengths = {len(row) if isinstance(row, (list, tuple)) else -1 for row in flat}
        if len(lengths) > 1:
            raise ValueError(f"{name} has rows of different lengths")
        shape.append(lengths.pop())
        flat = [value for row in flat for value in row]
    return shape, struct.pack(f"<{len(flat)}f", *flat)


def _safetensors(tensors: dict[str, tuple[list[int], bytes]], about: dict[str, Any]) -> bytes:
    """8 bytes of the header's length, the header as JSON, the numbers."""
    header: dict[str, Any] = {"__metadata__": {"guidance_lab": json.dumps(about)}}
    end = 0
    for name, (shape, data) in tensors.items():
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [end, end + len(data)]}
        end += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(data for _, data in tensors.values())
