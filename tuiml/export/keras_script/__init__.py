"""A run as a plain Keras program: readable, runnable, without anything of ours."""

from __future__ import annotations

from tuiml.export.keras_script import augmenting, plain, preparing, reading, rows, testing, training
from tuiml.export.keras_script.facts import Facts
from tuiml.export.keras_script.section import once, source
from tuiml.text import clean

__all__ = ["Facts", "write"]


def write(facts: Facts) -> str:
    """Return the program. Raises UsageError, naming what it is, for a part of the run that a plain program cannot repeat."""
    parts = [
        reading.reading(facts),
        rows.rows(facts),
        preparing.preparing(facts),
        augmenting.augmenting(facts),
        training.building(facts),
        training.fitting(facts),
        testing.testing(facts),
    ]
    sections = [part for part in parts if part is not None]
    functions = once(function for section in sections for function in section.uses)
    imports = once(line for section in sections for line in section.imports)
    top = [_docstring(facts, imports, plain.pictures in functions), "", "import keras", "import numpy as np", *imports]
    body = [source(function) for function in functions]
    body += [section.text() for section in sections]
    return "\n".join(top) + "\n\n\n" + "\n\n\n".join(part.strip("\n") for part in body) + "\n"


def _docstring(facts: Facts, imports: list[str], files: bool) -> str:
    needs = ["keras", "tensorflow", "numpy"] + (["scikit-learn"] if any("sklearn" in line for line in imports) else [])
    needs += ["pillow"] if files else []  # Keras opens pictures by it
    # names of columns and classes are foreign: none of them may end the string that it stands in
    title, run = (clean(text).replace("\\", "/").replace('"', "'") for text in (facts.task.title, facts.run))
    lines = [
        f'"""{title.rstrip(".")}: the run {run} as a plain Keras program.',
        "",
        f"Needs {', '.join(needs)}. Rows of each split, first weights and the order of batches are those of the run;",
        "dropout and augmentation, where there are any, are drawn by other random numbers.",
        '"""',
    ]
    return "\n".join(lines)
