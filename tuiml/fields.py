"""The fields of a Recipe, everything a run needs: each declares once its default, range, unit, help text and flag.

The command line, the form, the checks and the documentation are made from these declarations (see `knobs.py`). What a
field means for a particular task is checked in `tasks/check.py`; here only shapes and ranges are.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _knob(flag: str | None = None, title: str = "", unit: str = "") -> dict[str, Any]:
    """Return what a field tells the faces made from it; a field without a flag is reached by `--set`."""
    return {"flag": flag, "title": title, "unit": unit}


def _split(value: Any) -> Any:
    """Read `512,512` or a single number as the list that it stands for."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return (value,) if isinstance(value, (int, float)) else value


Layers = Annotated[tuple[Annotated[int, Field(ge=1, le=65536)], ...], BeforeValidator(_split)]
Shares = Annotated[tuple[Annotated[float, Field(ge=0, lt=1)], ...], BeforeValidator(_split)]
Penalties = Annotated[tuple[Annotated[float, Field(ge=0, le=10)], ...], BeforeValidator(_split)]


class Section(BaseModel):
    """A group of fields: frozen, and closed to names it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DataFields(Section):
    fraction: Annotated[float, Field(gt=0, le=1, description="share of the training rows to use: less data overfits sooner",
                                     json_schema_extra=_knob("--fraction", "Share of data"))] = 1.0
    validation: Annotated[float, Field(ge=0, description="rows kept apart for the validation curve: a share below 1, or a number of rows; 0 for none",
                                       json_schema_extra=_knob("--validation", "Validation", "share or rows"))] = 0.2
    split: Annotated[Literal["shuffled", "first"], Field(description="which training rows become validation: drawn by the seed, each class in proportion, or the first ones",
                                                         json_schema_extra=_knob(None, "Split"))] = "shuffled"
    image_size: Annotated[int, Field(ge=8, le=512, description="side that pictures of a folder are resized to",
                                     json_schema_extra=_knob("--image-size", "Picture size", "pixels"))] = 64


class ModelFields(Section):
    preset: Annotated[Literal["dense", "cnn"], Field(description="dense: fully connected layers; cnn: 3x3 convolutions with pooling, then dense layers (pictures only)",
                                                     json_schema_extra=_knob("--model", "Network"))] = "dense"
    layers: Annotated[Layers, Field(description="units of each hidden layer (dense) or filters of each convolution (cnn), such as 512,512; empty for none",
                                    json_schema_extra=_knob("--layers", "Layers", "units"))] = (64, 64)
    dense: Annotated[Layers, Field(description="units of the dense layers after the convolutions (cnn only)",
                                   json_schema_extra=_knob("--dense", "Dense after cnn", "units"))] = (128,)
    activation: Annotated[Literal["relu", "tanh", "sigmoid", "elu", "selu", "gelu", "silu", "leaky_relu", "linear"],
                          Field(description="activation of the hidden layers", json_schema_extra=_knob("--activation", "Activation"))] = "relu"
    initializer: Annotated[Literal["glorot_uniform", "he_normal", "he_uniform", "lecun_normal", "random_normal"],
                           Field(description="how the weights of the hidden layers are drawn", json_schema_extra=_knob(None, "Initializer"))] = "glorot_uniform"
    batch_norm: Annotated[bool, Field(description="batch normalization after each hidden layer", json_schema_extra=_knob("--batch-norm", "Batch norm"))] = False
    output: Annotated[Literal["auto", "softmax", "sigmoid", "linear"], Field(description="activation of the last layer; auto follows the task",
                                                                             json_schema_extra=_knob("--output-layer", "Last layer"))] = "auto"
    loss: Annotated[Literal["auto", "sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy", "mse", "mae"],
                    Field(description="loss function; auto follows the task", json_schema_extra=_knob("--loss", "Loss"))] = "auto"


class OptimizerFields(Section):
    name: Annotated[Literal["sgd", "rmsprop", "adam", "adamw"], Field(description="optimizer", json_schema_extra=_knob("--optimizer", "Optimizer"))] = "rmsprop"
    learning_rate: Annotated[float, Field(gt=0, le=10, description="step size of the optimizer",
                                          json_schema_extra=_knob("--learning-rate", "Learning rate"))] = 0.001
    momentum: Annotated[float, Field(ge=0, lt=1, description="momentum (sgd and rmsprop)", json_schema_extra=_knob("--momentum", "Momentum"))] = 0.0
    clip_norm: Annotated[float, Field(ge=0, description="longest gradient let through, per layer; 0 for no limit",
                                      json_schema_extra=_knob(None, "Clip norm"))] = 0.0


class RegularizeFields(Section):
    dropout: Annotated[Shares, Field(description="share of units dropped after each hidden layer: one value for all, or one per layer",
                                     json_schema_extra=_knob("--dropout", "Dropout", "share"))] = (0.0,)
    input_dropout: Annotated[float, Field(ge=0, lt=1, description="share of inputs dropped before the first layer",
                                          json_schema_extra=_knob("--input-dropout", "Input dropout", "share"))] = 0.0
    l1: Annotated[Penalties, Field(description="L1 penalty on the weights of the hidden layers: one value for all, or one per layer",
                                   json_schema_extra=_knob("--l1", "L1"))] = (0.0,)
    l2: Annotated[Penalties, Field(description="L2 penalty on the weights of the hidden layers: one value for all, or one per layer",
                                   json_schema_extra=_knob("--l2", "L2"))] = (0.0,)


class EarlyStopping(Section):
    """The eight arguments of `keras.callbacks.EarlyStopping`, under their own names."""

    monitor: Annotated[str, Field(pattern=r"^[a-z_0-9]+$", description="metric to watch, such as val_loss, val_accuracy or loss", json_schema_extra=_knob(None, "Monitor"))] = "val_loss"
    min_delta: Annotated[float, Field(ge=0, description="smallest change that counts as an improvement", json_schema_extra=_knob(None, "Min delta"))] = 0.0
    patience: Annotated[int, Field(ge=0, description="epochs without improvement before training stops", json_schema_extra=_knob(None, "Patience", "epochs"))] = 5
    verbose: Annotated[int, Field(ge=0, le=1, description="1 tells when training is stopped early", json_schema_extra=_knob(None, "Verbose"))] = 0
    mode: Annotated[Literal["auto", "min", "max"], Field(description="whether the monitored metric should fall or rise", json_schema_extra=_knob(None, "Mode"))] = "auto"
    baseline: Annotated[float | None, Field(description="value the metric must beat within the patience", json_schema_extra=_knob(None, "Baseline"))] = None
    restore_best_weights: Annotated[bool, Field(description="end with the weights of the best epoch instead of the last", json_schema_extra=_knob(None, "Restore best"))] = True
    start_from_epoch: Annotated[int, Field(ge=0, description="epochs to wait before watching", json_schema_extra=_knob(None, "Start from", "epochs"))] = 0


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
    return {(name.strip() if equals else "patience"): (given if equals else name).strip() for name, equals, given in pairs}


class AugmentFields(Section):
    ops: Annotated[str, Field(description="augmentation of the training pictures, such as flip,rotate:15,shift:0.1; empty for none",
                              json_schema_extra=_knob("--augment", "Augment"))] = ""


class TrainFields(Section):
    epochs: Annotated[int, Field(ge=1, le=1_000_000, description="passes over the training rows", json_schema_extra=_knob("--epochs", "Epochs", "epochs"))] = 20
    batch_size: Annotated[int, Field(ge=1, le=1_000_000, description="rows per step of the optimizer", json_schema_extra=_knob("--batch-size", "Batch size", "rows"))] = 32
    seed: Annotated[int, Field(ge=0, lt=2**31, description="decides split, initial weights, order, dropout and augmentation",
                               json_schema_extra=_knob("--seed", "Seed"))] = 0
    deterministic: Annotated[bool, Field(description="bit-equal repetition also on GPUs, at some cost in speed", json_schema_extra=_knob("--deterministic", "Deterministic"))] = False
    device: Annotated[str, Field(pattern=r"^(auto|cpu|gpu(:\d+)?)$", description="auto, cpu, gpu or gpu:N", json_schema_extra=_knob("--device", "Device"))] = "auto"


class Recipe(Section):
    """Everything a run needs. Frozen: a changed recipe is a new one."""

    task: Annotated[str, Field(min_length=1, description="what to learn: a built-in task or folder:DIR", json_schema_extra=_knob("--task", "Task"))]
    data: DataFields = DataFields()
    model: ModelFields = ModelFields()
    optimizer: OptimizerFields = OptimizerFields()
    regularize: RegularizeFields = RegularizeFields()
    early_stopping: Annotated[EarlyStopping | None, BeforeValidator(read_early_stopping),
                              Field(description="stop when a metric no longer improves: a patience, or patience=5,monitor=loss,...; off for none",
                                    json_schema_extra=_knob("--early-stopping", "Early stopping", "epochs"))] = None
    augment: AugmentFields = AugmentFields()
    train: TrainFields = TrainFields()

    def hidden_layers(self) -> int:
        """Return how many hidden layers dropout and penalties can address."""
        return len(self.model.layers) + (len(self.model.dense) if self.model.preset == "cnn" else 0)
