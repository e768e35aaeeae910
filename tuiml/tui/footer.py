"""What of a screen's keys its footer has room for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from textual.binding import ActiveBinding, Binding

_PALETTE = len("▏^p palette")


def fitting(
    bindings: Mapping[str, ActiveBinding], optional: Sequence[str], width: int, display: Callable[[Binding], str]
) -> dict[str, ActiveBinding]:
    """Return the bindings, of which those of the actions `optional`, worth most first, are shown as far as `width` allows."""
    shown: dict[str, int] = {}
    for one in bindings.values():
        if one.binding.show:
            shown.setdefault(one.binding.action, len(display(one.binding)) + len(one.binding.description) + 2)
    room = width - _PALETTE - sum(size for action, size in shown.items() if action not in optional)
    for action in optional:
        size = shown.get(action, 0)
        if size > max(room, 0):
            del shown[action]
        else:
            room -= size
    return {
        key: one if one.binding.action in shown else one._replace(binding=replace(one.binding, show=False))
        for key, one in bindings.items()
    }
