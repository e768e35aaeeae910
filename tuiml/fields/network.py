"""Fields about the network: its layers, and what holds their weights back."""

from __future__ import annotations

from typing import Literal

from tuiml.fields.knob import Activations, Penalties, Section, Shares, Sizes, Whole, knob

_SCALES = {"smaller": 0.25, "original": 1.0, "bigger": 4.0}


class ModelFields(Section):
    """The network."""

    preset: Literal["dense", "cnn", "embedding", "lstm", "gru"] = knob(
        "dense",
        "dense: fully connected layers; cnn: 3x3 convolutions with pooling, then dense layers (pictures); embedding: the "
        "mean of word vectors, then dense layers (text); lstm, gru: recurrent layers (text, sequences)",
        "Network",
        "--model",
    )
    size: Literal["smaller", "original", "bigger"] = knob(
        "original", "smaller: a quarter of the units of each hidden layer; bigger: four times as many", "Size", "--size"
    )
    file: str = knob(
        "", "a Python file with build(recipe, shapes) -> keras.Model in place of a preset", "Model file", "--model-file"
    )
    layers: Sizes = knob(
        (64, 64),
        "units of each hidden layer (dense, lstm, gru) or filters of each convolution (cnn), such as 512,512; empty for none",
        "Layers",
        "--layers",
        "units",
    )
    dense: Sizes = knob(
        (128,),
        "units of the dense layers after the convolutions or recurrent layers (cnn, lstm and gru only)",
        "Dense after",
        "--dense",
        "units",
    )
    embedding: int = knob(
        32, "numbers that stand for a word (embedding, lstm and gru on text)", "Embedding", "--embedding", ge=1, le=4096
    )
    activation: Activations = knob(
        ("relu",),
        "activation of the hidden layers: one for all, or one per layer; lstm and gru layers keep tanh",
        "Activation",
        "--activation",
    )
    slope: float = knob(0.2, "slope of leaky_relu below zero", "Leaky slope", ge=0, le=1)
    initializer: Literal["glorot_uniform", "he_normal", "he_uniform", "lecun_normal", "random_normal"] = knob(
        "glorot_uniform", "how the weights of the hidden layers are drawn", "Initializer"
    )
    batch_norm: bool = knob(False, "batch normalization after each hidden layer", "Batch norm", "--batch-norm")
    output: Literal["auto", "softmax", "sigmoid", "linear", "relu", "tanh"] = knob(
        "auto", "activation of the last layer; auto follows the task", "Last layer", "--output-layer"
    )
    loss: Literal[
        "auto", "sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy", "mse", "mae"
    ] = knob("auto", "loss function; auto follows the task", "Loss", "--loss")

    def scaled(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """Return units as `size` makes them: at least one each."""
        return tuple(max(1, round(units * _SCALES[self.size])) for units in sizes)


class RegularizeFields(Section):
    """What holds the weights back."""

    dropout: Shares = knob(
        (0.0,),
        "share of units dropped after each hidden layer: one value for all, or one per layer",
        "Dropout",
        "--dropout",
        "share",
    )
    input_dropout: float = knob(
        0.0, "share of inputs dropped before the first layer", "Input dropout", "--input-dropout", "share", ge=0, lt=1
    )
    noise_shape: Whole = knob(
        (),
        "shape of dropout's mask, rows first, 0 for as the layer: 0,1,1,0 drops whole maps of a convolution; empty for all units "
        "by themselves",
        "Dropout mask",
    )
    dropout_seed: int | None = knob(
        None, "seed of dropout's own; off: it follows the run's seed", "Dropout seed", ge=0, lt=2**31
    )
    l1: Penalties = knob(
        (0.0,), "L1 penalty on the weights of the hidden layers: one value for all, or one per layer", "L1", "--l1"
    )
    l2: Penalties = knob(
        (0.0,), "L2 penalty on the weights of the hidden layers: one value for all, or one per layer", "L2", "--l2"
    )
