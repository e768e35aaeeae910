"""A trained model in formats that other programs read, written whole or not at all, and only when it predicts the same."""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.errors import DataError, StorageError, TuimlError, UsageError

Outputs = npt.NDArray[Any]

TOLERANCE = 1e-4
"""Largest difference between two predictions of a row that rounding explains, relative to values above 1."""
_REASON = 200
"""Characters of a converter's reason that are told at most."""


@dataclass(frozen=True)
class Format:
    """How a model leaves: `write(model, path)`, then `read(path, rows)` gives the predictions of what was written."""

    suffix: str
    write: Callable[[Any, Path], None]
    read: Callable[[Path, Outputs], Outputs]
    needs: tuple[str, ...] = ()


def export(model: Any, name: str, output: Path, rows: Outputs) -> float:
    """Write a Keras model in the format `name` and return how far its predictions of `rows` are from the model's at most.

    `rows` (n, ...) are real ones, prepared. What stands at `output` is replaced by the whole export only. Raises
    UsageError when a package is missing, DataError when the export predicts something else, StorageError when the
    place cannot be written.
    """
    chosen = FORMATS[name]
    check_packages(name)
    expected = np.asarray(model.predict_on_batch(rows))
    with _aside(output, chosen.suffix) as path:
        try:
            chosen.write(model, path)
            found = chosen.read(path, rows)
        except OSError:
            raise
        except Exception as error:  # whatever a converter raises for a network it cannot express
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            reason = textwrap.shorten(reason, _REASON, placeholder=" …").rstrip(".")
            raise TuimlError(f"{name} cannot hold this network: {reason}. Nothing was written.") from error
        difference = _difference(found, expected)
        if not difference <= TOLERANCE:
            raise DataError(
                f"The {name} export predicts something else than the model: outputs of {len(rows)} rows differ by up to "
                f"{difference:.2g}, and rounding explains {TOLERANCE:g}. Nothing was written; keras keeps every network as it is."
            )
    return difference


def check_packages(name: str) -> None:
    """Raise UsageError when the format `name` needs a package that is not here."""
    if missing := [package for package in FORMATS[name].needs if importlib.util.find_spec(package) is None]:
        raise UsageError(f"{name} needs {' and '.join(missing)}, not installed here: pip install 'tuiml[{name}]'.")


def _difference(found: Outputs, expected: Outputs) -> float:
    if found.shape != expected.shape:
        return float("inf")
    apart = np.abs(found.astype(np.float64) - expected) / np.maximum(1.0, np.abs(expected))
    return float(apart.max(initial=0.0)) if np.isfinite(apart).all() else float("inf")


@contextmanager
def _aside(output: Path, suffix: str) -> Iterator[Path]:
    """Give a path beside `output` to write to; move what is there to `output` when the block ends well."""
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{output.name}.", dir=output.parent))
    except OSError as error:
        raise StorageError(f"{output} cannot be written: {error.strerror or error}.") from None
    try:
        path = folder / f"export{suffix}"
        yield path
        _replace(path, output)
    except OSError as error:
        raise StorageError(f"{output} cannot be written: {error.strerror or error}.") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _replace(path: Path, output: Path) -> None:
    """Move a file or folder to `output`; an earlier export there makes room, and nothing else does."""
    if output.is_dir():
        if not (output / "saved_model.pb").exists():
            raise StorageError(f"{output} is a folder of something else. Give another place with --output.")
        shutil.rmtree(output)
    os.replace(path, output)


def _write_keras(model: Any, path: Path) -> None:
    model.save(path)


def _write_saved_model(model: Any, path: Path) -> None:
    model.export(path, format="tf_saved_model", verbose=False)


def _write_onnx(model: Any, path: Path) -> None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras patches old NumPy names into the converter, which NumPy warns of
        model.export(path, format="onnx", verbose=False)


def _write_litert(model: Any, path: Path) -> None:
    model.export(path, format="litert", verbose=False)


def _read_keras(path: Path, rows: Outputs) -> Outputs:
    import keras

    return np.asarray(keras.saving.load_model(path, safe_mode=True).predict_on_batch(rows))


def _read_saved_model(path: Path, rows: Outputs) -> Outputs:
    import tensorflow as tf

    loaded = tf.saved_model.load(str(path))  # its variables live as long as it does
    return np.asarray(loaded.serve(tf.constant(rows)))


def _read_onnx(path: Path, rows: Outputs) -> Outputs:
    from onnx.reference import ReferenceEvaluator

    session = ReferenceEvaluator(str(path))
    return np.asarray(session.run(None, {session.input_names[0]: rows})[0])


def _read_litert(path: Path, rows: Outputs) -> Outputs:
    import warnings

    import tensorflow as tf

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorFlow announces that its interpreter will move to a package of its own
        interpreter = tf.lite.Interpreter(str(path))
    given = interpreter.get_input_details()[0]["index"]
    interpreter.resize_tensor_input(given, rows.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(given, rows)
    interpreter.invoke()
    return np.asarray(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))


FORMATS: dict[str, Format] = {
    "keras": Format(".keras", _write_keras, _read_keras),
    "saved_model": Format("", _write_saved_model, _read_saved_model),
    "onnx": Format(".onnx", _write_onnx, _read_onnx, ("onnx", "tf2onnx")),
    "litert": Format(".tflite", _write_litert, _read_litert),
}
"""What a model can be exported as."""
