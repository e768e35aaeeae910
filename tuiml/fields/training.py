"""Fields about training: the optimizer, when it stops, how long it takes, and k-fold validation."""

from __future__ import annotations

from typing import Any, Literal

from tuiml.fields.knob import Section, Words, knob


class OptimizerFields(Section):
    """How weights follow gradients."""

    name: Literal["sgd", "rmsprop", "adam", "adamw"] = knob("rmsprop", "optimizer", "Optimizer", "--optimizer")
    learning_rate: float = knob(0.001, "step size of the optimizer", "Learning rate", "--learning-rate", gt=0, le=10)
    momentum: float = knob(0.0, "momentum (sgd and rmsprop)", "Momentum", "--momentum", ge=0, lt=1)
    nesterov: bool = knob(False, "look ahead along the momentum (sgd)", "Nesterov", "--nesterov")
    rho: float = knob(0.9, "how slowly squared gradients are forgotten (rmsprop)", "Rho", ge=0, lt=1)
    beta_1: float = knob(0.9, "how slowly gradients are forgotten (adam and adamw)", "Beta 1", ge=0, lt=1)
    beta_2: float = knob(0.999, "how slowly squared gradients are forgotten (adam and adamw)", "Beta 2", ge=0, lt=1)
    weight_decay: float = knob(
        0.0,
        "share of each weight taken away at each step, times the learning rate",
        "Weight decay",
        "--weight-decay",
        ge=0,
        le=1,
    )
    clip_norm: float = knob(0.0, "longest gradient let through, per layer; 0 for no limit", "Clip norm", ge=0)
    clip_value: float = knob(0.0, "largest entry of a gradient let through; 0 for no limit", "Clip value", ge=0)
    schedule: Literal["constant", "step", "exponential", "cosine", "plateau"] = knob(
        "constant",
        "how the learning rate falls: step and exponential by `decay` every `decay_epochs`, cosine towards zero after the last epoch, "
        "plateau by `decay` after `decay_epochs` without a better val_loss",
        "Schedule",
        "--schedule",
    )
    decay: float = knob(0.5, "factor of the schedules step, exponential and plateau", "Decay", "--decay", gt=0, lt=1)
    decay_epochs: int = knob(
        10, "epochs from one decay to the next; patience of plateau", "Decay every", "--decay-epochs", "epochs", ge=1
    )
    warmup: int = knob(0, "epochs in which the learning rate rises to its value", "Warm-up", "--warmup", "epochs", ge=0)


class EarlyStopping(Section):
    """The eight arguments of `keras.callbacks.EarlyStopping`, under their own names."""

    monitor: str = knob(
        "val_loss",
        "a metric to watch, such as val_loss, val_accuracy or loss; losses are the data's, without what L1 and L2 add",
        "Monitor",
        pattern=r"^[a-z_0-9]+$",
    )
    min_delta: float = knob(0.0, "smallest change that counts as an improvement", "Min delta", ge=0)
    patience: int = knob(5, "epochs without improvement before training stops", "Patience", unit="epochs", ge=0)
    verbose: int = knob(0, "1 tells when training is stopped early", "Verbose", ge=0, le=1)
    mode: Literal["auto", "min", "max"] = knob("auto", "whether the monitored metric should fall or rise", "Mode")
    baseline: float | None = knob(None, "value the metric must beat within the patience", "Baseline")
    restore_best_weights: bool = knob(
        True, "end with the weights of the best epoch instead of the last", "Restore best"
    )
    start_from_epoch: int = knob(0, "epochs to wait before watching", "Start from", unit="epochs", ge=0)


def read_early_stopping(value: Any) -> Any:
    """Read `5`, `patience=5,monitor=loss`, `on` or `off`, as the flag and the form write them."""
    if isinstance(value, bool):
        return {} if value else None
    if isinstance(value, int):
        return {"patience": value}
    if not isinstance(value, str):
        return value
    text = value.strip().lower()
    if text in ("", "off", "none", "false"):
        return None
    if text in ("on", "true"):
        return {}
    pairs = [part.partition("=") for part in value.split(",")]
    return {
        (name.strip() if equals else "patience"): (given if equals else name).strip() for name, equals, given in pairs
    }


class TrainFields(Section):
    """How long, how fast, where."""

    epochs: int = knob(20, "passes over the training rows", "Epochs", "--epochs", "epochs", ge=1, le=1_000_000)
    batch_size: int = knob(
        32, "rows per step of the optimizer", "Batch size", "--batch-size", "rows", ge=1, le=1_000_000
    )
    full_batch: bool = knob(
        False, "all training rows in one step: gradient descent as in the books", "Full batch", "--full-batch"
    )
    metrics: Words = knob(
        (),
        "Keras metrics to record beside the task's own, such as mae,top_k_categorical_accuracy",
        "Metrics",
        "--metrics",
    )
    stop_when: str = knob(
        "",
        "stop as soon as a metric reaches a value, such as val_accuracy>=0.98; empty for never",
        "Stop when",
        "--stop-when",
        pattern=r"^\s*([a-z_0-9]+\s*(>=|<=|>|<)\s*\S+)?\s*$",
    )
    max_minutes: float = knob(
        0.0, "stop after so many minutes of training; 0 for no limit", "Longest", "--max-minutes", "minutes", ge=0
    )
    seed: int = knob(
        0, "decides split, initial weights, order, dropout and augmentation", "Seed", "--seed", ge=0, lt=2**31
    )
    deterministic: bool = knob(
        False, "bit-equal repetition also on GPUs, at some cost in speed", "Deterministic", "--deterministic"
    )
    device: str = knob("auto", "auto, cpu, gpu or gpu:N", "Device", "--device", pattern=r"^(auto|cpu|gpu(:\d+)?)$")
    precision: Literal["float32", "mixed_float16", "mixed_bfloat16"] = knob(
        "float32", "numbers that layers compute with; mixed ones are faster on recent GPUs", "Precision", "--precision"
    )
    init_from: str = knob(
        "", "a run whose weights to begin with (fine-tuning); empty for fresh ones", "Begin with", "--init-from"
    )


class FoldFields(Section):
    """K-fold validation."""

    k: int = knob(
        0,
        "parts of the training rows, each validated on once by a network of its own; 0 for no folds",
        "Folds",
        "--folds",
        ge=0,
        le=100,
    )
    repeats: int = knob(1, "how often the folds are drawn anew and trained again", "Repeats", "--repeats", ge=1, le=100)
    shuffled: bool = knob(
        True, "draw the folds by the seed, each class in proportion; off: consecutive rows", "Shuffled folds"
    )
    smoothing: float = knob(
        0.9, "weight of what was before in the moving average of the mean curve", "Smoothing", ge=0, lt=1
    )
    skip: int = knob(
        10, "first epochs left out of the smoothed curve, at most a tenth of all", "Skip", unit="epochs", ge=0
    )
    refit: bool = knob(
        True, "at the end, train on all training rows for as many epochs as the folds suggest, and test that", "Refit"
    )
