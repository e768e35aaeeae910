"""Rows of different lengths: texts as the numbers of their words, side by side in one array."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class Sequences:
    """`n` texts: text i is `words[starts[i]:starts[i + 1]]`, int32 word numbers; `starts` is int64 (n + 1,)."""

    words: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, rows: Any) -> Sequences:
        """Return the texts of an array of row numbers, in its order."""
        rows = np.atleast_1d(np.arange(len(self))[rows])
        lengths = np.diff(self.starts)[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        places = np.arange(starts[-1]) + np.repeat(self.starts[rows] - starts[:-1], lengths)
        return Sequences(self.words[places], starts)

    def text(self, row: int) -> npt.NDArray[np.int32]:
        """Return the word numbers of one text."""
        return self.words[self.starts[row] : self.starts[row + 1]]
