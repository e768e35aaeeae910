"""The network, its optimizer and what it is compiled with, written as Keras code: read off the built model, so that nothing can differ."""

from __future__ import annotations

from typing import Any

from tuiml.errors import UsageError

_NEEDED = {
    "Dense": ("units",),
    "Conv2D": ("filters", "kernel_size"),
    "LSTM": ("units",),
    "GRU": ("units",),
    "Embedding": ("input_dim", "output_dim"),
    "Dropout": ("rate",),
    "Rescaling": ("scale",),
    "Flatten": (),
    "BatchNormalization": (),
    "MaxPooling2D": ("pool_size",),
    "GlobalAveragePooling1D": (),
    "LeakyReLU": ("negative_slope",),
    "Activation": ("activation",),
}
"""The layers that can be written, with the arguments that are written without their names."""

_SAID_BY_KERAS = ("dtype", "trainable", "name", "build_config", "batch_shape", "input_length", "quantization_config")


def layers(model: Any) -> list[str]:
    """Return the lines of `keras.Sequential`'s list. Raises UsageError for a network that is no chain of known layers."""
    import keras

    chain = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    given = model.inputs[0]
    if len(model.inputs) != 1 or len(model.outputs) != 1 or not _is_chain(model, chain):
        raise UsageError(
            "a script can repeat a chain of layers, and this network branches. --format keras exports it as it is."
        )
    lines = [_input(given)]
    return lines + [_layer(layer, keras.config.dtype_policy().name) for layer in chain]


def optimizer(model: Any) -> str:
    """Return the optimizer as code: what differs from Keras' own defaults."""
    import keras

    used = model.optimizer
    used = used.inner_optimizer if isinstance(used, keras.optimizers.LossScaleOptimizer) else used
    name, told = type(used).__name__, used.get_config()
    plain = type(used)().get_config()
    shown = ["learning_rate"] + [key for key in told if key != "learning_rate" and told[key] != plain.get(key)]
    values = {key: _rounded(told[key]) for key in shown if key not in ("name", "loss_scale_factor")}
    return f"keras.optimizers.{name}({', '.join(f'{key}={value!r}' for key, value in values.items())})"


def _rounded(value: Any) -> Any:
    """Return a float as it was written: Keras keeps the learning rate in 32 bits."""
    return float(f"{value:.7g}") if isinstance(value, float) else value


def _is_chain(model: Any, chain: list[Any]) -> bool:
    """Whether each layer is given what the one before it gives; the mask of an embedding, which no layer gives, may come along."""
    signal = model.inputs[0]
    given = {id(tensor) for layer in chain for node in layer._inbound_nodes for tensor in node.output_tensors}
    for layer in chain:
        nodes = layer._inbound_nodes
        if len(nodes) != 1 or nodes[0].input_tensors[0] is not signal:
            return False
        if any(id(tensor) in given for tensor in nodes[0].input_tensors[1:]):
            return False
        signal = nodes[0].output_tensors[0]
    return signal is model.outputs[0]


def _input(given: Any) -> str:
    dtype = f', dtype="{given.dtype}"' if given.dtype != "float32" else ""
    return f"keras.Input({tuple(given.shape[1:])}{dtype}),"


def _layer(layer: Any, policy: str) -> str:
    import keras

    kind = type(layer).__name__
    if kind not in _NEEDED or type(layer) is not getattr(keras.layers, kind):
        raise UsageError(f"a script cannot repeat the layer {layer.name} ({kind}). --format keras exports it as it is.")
    told = layer.get_config()
    needed = {name: told[name] for name in _NEEDED[kind]}
    plain = type(layer)(**needed).get_config()
    words = [_code(value) for value in needed.values()]
    for name, value in told.items():
        if name not in (*_SAID_BY_KERAS, *needed) and _told(value) != _told(plain.get(name)):
            words.append(f"{name}={_code(value)}")
    if layer.dtype_policy.name != policy:
        words.append(f'dtype="{layer.dtype_policy.name}"')
    return f"keras.layers.{kind}({', '.join(words)}),"


def _told(value: Any) -> Any:
    """Return a value without the seeds that Keras draws for layers and initializers."""
    if isinstance(value, dict):
        return {name: _told(part) for name, part in value.items() if name != "seed"}
    return value


def _code(value: Any) -> str:
    """Return a config's value as code; Keras' own objects (regularizers, initializers) as calls of their class."""
    if isinstance(value, (list, tuple)):
        inside = ", ".join(map(_code, value))
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if value == 1 / 255:
        return "1 / 255"
    if not isinstance(value, dict):
        return f'"{value}"' if isinstance(value, str) else repr(value)
    module, name, config = value["module"], value["class_name"], value["config"]
    arguments = ", ".join(f"{key}={_code(part)}" for key, part in config.items() if key != "seed" and part is not None)
    return f"{module}.{name}({arguments})"
