"""Image augmentation: parse a pipeline, draw, apply. Names are resolved on first use, so that importing is cheap.

    pipeline = augment.parse("flip,rotate:15,shift:0.1")
    pictures = pipeline(pictures, seed=7, epoch=0, index=numbers)

Pictures are (n, h, w, c) arrays, uint8 or float32. What happens to a picture depends on the seed, the epoch and its
number in the data set, on nothing else.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from augment.errors import AugmentError as AugmentError
    from augment.errors import GrammarError as GrammarError
    from augment.errors import ImageError as ImageError
    from augment.errors import ImageFileError as ImageFileError
    from augment.errors import ParameterError as ParameterError
    from augment.errors import PlanError as PlanError
    from augment.files import from_pil as from_pil
    from augment.files import read_image as read_image
    from augment.files import to_pil as to_pil
    from augment.grammar import from_dict as from_dict
    from augment.grammar import parse as parse
    from augment.grammar import plan_from_dict as plan_from_dict
    from augment.op import Op as Op
    from augment.pipeline import Pipeline as Pipeline
    from augment.plan import Plan as Plan
    from augment.registry import catalog as catalog

_HOMES = {
    "AugmentError": "errors",
    "GrammarError": "errors",
    "ImageError": "errors",
    "ImageFileError": "errors",
    "ParameterError": "errors",
    "PlanError": "errors",
    "from_pil": "files",
    "read_image": "files",
    "to_pil": "files",
    "from_dict": "grammar",
    "parse": "grammar",
    "plan_from_dict": "grammar",
    "Op": "op",
    "Pipeline": "pipeline",
    "Plan": "plan",
    "catalog": "registry",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'augment' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"augment.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
