"""Importing TensorFlow quietly and choosing the device that a run computes on."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tuiml.errors import TrainingError, UsageError


@dataclass(frozen=True)
class Device:
    """What a run computes on, in words, and a warning when a GPU is there that TensorFlow cannot use."""

    name: str
    warning: str = ""


def import_framework() -> None:
    """Import Keras on TensorFlow, seconds of work; touches no device, so that any can still be chosen."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        import keras  # noqa: F401
        import tensorflow  # noqa: F401
    except ImportError as error:
        raise TrainingError(
            f"TensorFlow cannot be imported: {error}. `tuiml doctor` says what this machine has."
        ) from error


def choose(device: str, deterministic: bool) -> Device:
    """Make `device` (auto, cpu, gpu or gpu:N) the only one TensorFlow sees, with memory growth on GPUs.

    Raises UsageError when a GPU is asked for that TensorFlow does not have.
    """
    import tensorflow as tf

    if deterministic:
        tf.config.experimental.enable_op_determinism()
    gpus = tf.config.list_physical_devices("GPU")
    if device == "cpu" or (device == "auto" and not gpus):
        if gpus:
            tf.config.set_visible_devices([], "GPU")
        unusable = device == "auto" and gpu_present()
        return Device("cpu", _UNUSABLE if unusable else "")
    number = int(device.partition(":")[2] or 0)
    if number >= len(gpus):
        why = _UNUSABLE if gpu_present() and not gpus else f"TensorFlow sees {len(gpus)} GPU(s)."
        raise UsageError(f"--device {device}: {why} Use --device cpu or auto.")
    tf.config.set_visible_devices(gpus[number], "GPU")
    tf.config.experimental.set_memory_growth(gpus[number], True)
    details = tf.config.experimental.get_device_details(gpus[number])
    return Device(f"gpu:{number} {details.get('device_name', '')}".strip())


def gpu_present() -> bool:
    """Whether the machine has an NVIDIA GPU with a driver, whatever TensorFlow makes of it."""
    return Path("/dev/nvidiactl").exists() or Path("/proc/driver/nvidia/version").exists()


_UNUSABLE = "This machine has a GPU, but the installed TensorFlow cannot use it. Install its CUDA parts: pip install 'tuiml[gpu]'."
