"""Ops that bring values to the scale that a network likes, in training and in evaluation: rescale, statistics, ZCA."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from augment.errors import ImageError, ParameterError
from augment.images import Images
from augment.op import Drawn, Op, Row, Shape
from augment.parameter import Amount, Word

_EPSILON = np.float32(1e-6)  # added to standard deviations, as ImageDataGenerator does
_CHUNK = 1 << 22  # values that are taken to float64 at a time
_BLOCK = 64  # pictures in one product
_LARGEST_ZCA = 16_384  # values in a picture: the whitening matrix has their square, 1 GiB here


class Normalization(Op):
    """An op that gives float32 to all pictures alike: it takes no p, and evaluation keeps it."""

    always = True
    normalizes = True

    def evaluation(self) -> Op | None:
        return self


class Rescale(Normalization):
    """Divide all values, alpha too; the result is float32. (Keras' rescale=1/255 is rescale:255 here.)"""

    name = "rescale"
    summary = "divide all values; gives float32"
    example = "rescale:255"

    divisor = Amount(255, low=1e-6, high=65535, unit="to divide by", meaning="255 brings 0..255 to 0..1")

    def contradictions(self) -> list[str]:
        if not self.divisor.fixed:
            return ["expected one number to divide by"]
        factor, inverse = self.divisor.low, round(1 / self.divisor.low)
        if inverse in (127, 128, 255, 256, 65535) and abs(factor * inverse - 1) < 0.01:
            return [f"divides: {factor:g} would multiply by {inverse} (did you mean rescale:{inverse}?)"]
        return []

    def apply(self, images: Images, drawn: Drawn, value_range: float) -> Images:
        return np.divide(images, np.float32(self.divisor.low), dtype=np.float32)

    def output_range(self, value_range: float) -> float:
        return value_range / self.divisor.low

    def describe(self, row: Row) -> str:
        return f"/{self.divisor.low:g}"


class Samplewise(Normalization):
    """Subtract each picture's own mean, and divide by its own standard deviation (over all of its values)."""

    name = "samplewise"
    summary = "each picture to mean 0 and standard deviation 1; gives float32"
    example = "samplewise"

    std = Word("yes", ("yes", "no"), meaning="divide by the standard deviation, too")

    def apply(self, images: Images, drawn: Drawn, value_range: float) -> Images:
        out = images.astype(np.float32)
        out -= out.mean(axis=(1, 2, 3), dtype=np.float64, keepdims=True).astype(np.float32)
        if self.std == "yes":
            out /= out.std(axis=(1, 2, 3), dtype=np.float64, keepdims=True).astype(np.float32) + _EPSILON
        return out


class Fitted(Normalization):
    """An op that needs statistics of the training pictures; `fit` returns a copy of it that has them.

    `statistics` maps names to float32 arrays, and is empty before. It is part of the dictionary, not of the text.
    """

    needed: ClassVar[tuple[str, ...]]
    """The names of the statistics."""
    statistics: Mapping[str, NDArray[np.float32]] = MappingProxyType({})

    def measure(self, images: Images) -> dict[str, NDArray[Any]]:
        """Return the statistics of the pictures (n, h, w, c), n >= 1."""
        raise NotImplementedError

    def normalized(self, images: Images) -> Images:
        """Return float32 pictures after the op."""
        raise NotImplementedError

    def fit(self, images: Images, measure: Callable[[Self, Images], Mapping[str, Any]] | None = None) -> Self:
        """Return this op with the statistics of `images` (n, h, w, c), taken by `measure`; ImageError when there are none."""
        if len(images) == 0:
            raise ImageError(f"{self.name}: expected at least one picture to take statistics of, received none")
        return self.with_statistics(measure(self, images) if measure else self.measure(images))

    def with_statistics(self, statistics: Any) -> Self:
        """Return this op with statistics from elsewhere, arrays or lists; ParameterError when they are none."""
        try:
            arrays = {str(name): np.array(values, np.float32) for name, values in statistics.items()}
        except (TypeError, ValueError, AttributeError) as error:
            raise ParameterError(f"{self.name}: these are no statistics: {error}") from None
        known = set(arrays) == set(self.needed) and all(array.ndim for array in arrays.values())
        if not known or not all(np.isfinite(array).all() for array in arrays.values()):
            raise ParameterError(f"{self.name}: expected finite statistics {', '.join(self.needed)}")
        for array in arrays.values():
            array.setflags(write=False)
        copy = type(self)(**self.written())
        vars(copy)["statistics"] = MappingProxyType(arrays)
        return copy

    @property
    def needs_fit(self) -> bool:
        """Whether the statistics are missing."""
        return not self.statistics

    def apply(self, images: Images, drawn: Drawn, value_range: float) -> Images:
        if self.needs_fit:
            raise ParameterError(
                f"{self.name}: has no statistics yet: use pipeline.fit(training_pictures), which returns a fitted one"
            )
        channels = self.statistics["mean"].shape[-1]
        if channels != images.shape[3]:
            raise ImageError(
                f"{self.name}: was fitted to pictures of another shape: {channels} channels, not {images.shape[3]}"
            )
        try:
            return self.normalized(images)
        except ValueError as error:
            raise ImageError(f"{self.name}: was fitted to pictures of another shape: {error}") from None

    def to_dict(self) -> dict[str, Any]:
        stored = {"statistics": {name: array.tolist() for name, array in self.statistics.items()}}
        return super().to_dict() | (stored if self.statistics else {})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Fitted) or super().__eq__(other) is not True:
            return NotImplemented if not isinstance(other, Fitted) else False
        mine, theirs = self.statistics, other.statistics
        return mine.keys() == theirs.keys() and all(np.array_equal(mine[name], theirs[name]) for name in mine)

    def __hash__(self) -> int:
        return super().__hash__()

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.written(), dict(self.statistics))


def _rebuild(cls: type[Fitted], written: Mapping[str, str], statistics: dict[str, Any]) -> Fitted:
    op = cls(**written)
    return op.with_statistics(statistics) if statistics else op


class Featurewise(Fitted):
    """Subtract the training pictures' mean, and divide by their standard deviation: one of each per channel."""

    name = "featurewise"
    summary = "the training pictures to mean 0 and standard deviation 1, by channel; gives float32, needs fit"
    example = "featurewise"

    needed = ("mean", "std")

    std = Word("yes", ("yes", "no"), meaning="divide by the standard deviation, too")

    def measure(self, images: Images) -> dict[str, NDArray[Any]]:
        channels = images.shape[3]
        pixels = images.size // channels
        mean = sum(part.sum(axis=(0, 1, 2)) for part in _chunks(images)) / pixels
        variance = sum(((part - mean) ** 2).sum(axis=(0, 1, 2)) for part in _chunks(images)) / pixels
        return {"mean": mean, "std": np.sqrt(variance)}

    def normalized(self, images: Images) -> Images:
        out: Images = images - self.statistics["mean"]
        if self.std == "yes":
            out /= self.statistics["std"] + _EPSILON
        return out


class Spread(NamedTuple):
    """How pictures vary: the `mean` that is subtracted, the `variances` (v,) along `axes` (v, v), v values to a picture."""

    mean: NDArray[np.float64]
    variances: NDArray[np.float64]
    axes: NDArray[np.float64]


class Zca(Fitted):
    """Decorrelate the values of a picture: x (x - mean) times U diag(1 / sqrt(eigenvalue + epsilon)) U'.

    After Krizhevsky, Learning multiple layers of features from tiny images, 2009, with the epsilon of Keras 2.
    `mean` is one number per channel, or one per value with mean=pixel.
    """

    name = "zca"
    summary = "ZCA whitening: decorrelate a picture's values; gives float32, needs fit"
    example = "zca"

    needed = ("mean", "matrix")

    epsilon = Amount(
        1e-6, low=0, high=1e6, unit="added to variances", quiet=True, meaning="larger whitens less and is less noisy"
    )
    mean = Word("channel", ("channel", "pixel"), meaning="what is subtracted first")

    def contradictions(self) -> list[str]:
        return [] if self.epsilon.fixed else ["epsilon: expected one number"]

    def check(self, shape: Shape) -> list[str]:
        values = shape[0] * shape[1] * shape[2]
        if values > _LARGEST_ZCA:
            return [f"needs a matrix of {values:,} x {values:,} numbers; pictures of at most {_LARGEST_ZCA:,} values"]
        return []

    def measure(self, images: Images) -> dict[str, NDArray[Any]]:
        return self.whitening(self.spread(images))

    def spread(self, images: Images) -> Spread:
        """Return what takes long to measure of pictures (n, h, w, c), n >= 1, and is the same for every epsilon."""
        if problems := self.check((images.shape[1], images.shape[2], images.shape[3])):
            raise ImageError(*(f"zca: {problem}" for problem in problems))
        mean = sum(part.sum(axis=0) for part in _chunks(images)) / len(images)
        if self.mean == "channel":
            mean = mean.mean(axis=(0, 1))
        values = images[0].size
        gram = np.zeros((values, values))
        for part in _chunks(images):
            flat = (part - mean).reshape(len(part), values)
            gram += flat.T @ flat
        return Spread(mean, *np.linalg.eigh(gram / len(images)))

    def whitening(self, spread: Spread) -> dict[str, NDArray[Any]]:
        """Return the statistics that a spread means with this op's epsilon."""
        scale = np.sqrt(np.maximum(spread.variances, 0.0) + self.epsilon.low)
        scale[scale == 0] = np.inf  # with epsilon 0, what never varies stays 0
        return {"mean": spread.mean, "matrix": (spread.axes / scale) @ spread.axes.T}

    def normalized(self, images: Images) -> Images:
        centered: Images = images - self.statistics["mean"]
        matrix = self.statistics["matrix"]
        out = np.empty_like(centered)
        # Products of one size only: BLAS may round differently with the number of rows.
        for start in range(0, len(images), _BLOCK):
            rows = centered[start : start + _BLOCK].reshape(-1, centered[:1].size)
            block = np.zeros((_BLOCK, rows.shape[1]), np.float32)
            block[: len(rows)] = rows
            out[start : start + _BLOCK] = (block @ matrix)[: len(rows)].reshape(-1, *images.shape[1:])
        return out


def _chunks(images: Images) -> Iterator[NDArray[np.float64]]:
    """Yield the pictures as float64, some at a time."""
    step = max(1, _CHUNK // images[0].size)
    for start in range(0, len(images), step):
        yield images[start : start + step].astype(np.float64)
