"""Rows of different lengths: texts as the numbers of their words, side by side in one array."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class Sequences:
    """`n` texts: text i is `words[starts[i]:starts[i + 1]]`, int32 word numbers; `starts` is int64 (n + 1,).

    Word numbers are in 0..size - 1. Where a network is to see which words a text has, text i stands for a row of `size`
    zeros with a one at each of its numbers, which is made of few rows at a time and never kept.
    """

    words: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int64]
    size: int = 0

    @classmethod
    def of(cls, texts: Iterable[npt.ArrayLike], size: int) -> Sequences:
        """Return texts given one by one, each as its word numbers."""
        arrays = [np.asarray(text, np.int32) for text in texts]
        starts = np.cumsum([0, *map(len, arrays)], dtype=np.int64)
        return cls(np.concatenate([np.empty(0, np.int32), *arrays]), starts, size)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def shape(self) -> tuple[int, int]:
        """The shape of all rows of zeros and ones: (n, size)."""
        return len(self), self.size

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        return self.words.nbytes + self.starts.nbytes

    def __getitem__(self, rows: Any) -> Sequences:
        """Return the texts of an array of row numbers, in its order."""
        rows = np.atleast_1d(np.arange(len(self))[rows])
        lengths = np.diff(self.starts)[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        places = np.arange(starts[-1]) + np.repeat(self.starts[rows] - starts[:-1], lengths)
        return Sequences(self.words[places], starts, self.size)

    def text(self, row: int) -> npt.NDArray[np.int32]:
        """Return the word numbers of one text."""
        return self.words[self.starts[row] : self.starts[row + 1]]
