"""Texts as word numbers: typed words become numbers, numbers become words again, and rows that a network can take.

The numbers are those of Keras' data sets of texts: 0 fills up, 1 begins a text, 2 stands for every word that is not
known; the i-th word of the word index (from 1, the most frequent first) has the number i + 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from tuiml.errors import DataError
from tuiml.tasks.sequences import Sequences
from tuiml.text import clean

FILLER, START, UNKNOWN = 0, 1, 2
INDEX_FROM = 3
"""Added to a word's place in the word index: `index_from` of Keras' data sets."""
RESERVED = "?"

_PUNCTUATION = str.maketrans(dict.fromkeys('!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n', " "))
"""What separates words beside a space, as in Keras' Tokenizer; the apostrophe is part of a word."""

End = Literal["pre", "post"]


def vocabulary(word_index: dict[str, int], size: int) -> tuple[str, ...]:
    """Return the word of each number below `size`, "?" for the reserved ones; fewer where the index has fewer words."""
    words = [RESERVED] * min(size, max(word_index.values(), default=0) + INDEX_FROM + 1)
    for word, place in word_index.items():
        if place + INDEX_FROM < len(words):
            words[place + INDEX_FROM] = word
    return tuple(words)


def decode(numbers: npt.ArrayLike, words: Sequence[str]) -> str:
    """Return the words of a text with a space between them; "?" for reserved numbers, and those beyond `words`."""
    return " ".join(words[number] if number < len(words) else RESERVED for number in np.asarray(numbers).tolist())


def split_words(text: str) -> list[str]:
    """Return the words of a text, lower case, without punctuation: what Keras' Tokenizer makes of it."""
    return [word for word in text.lower().translate(_PUNCTUATION).split(" ") if word]


def encode(texts: Sequence[str], words: Sequence[str], size: int) -> Sequences:
    """Return typed texts as word numbers below `size`: each begins with 1, words that `words` does not have become 2."""
    known = {word: number for number, word in enumerate(words) if number > INDEX_FROM}
    return Sequences.of(([START, *(known.get(word, UNKNOWN) for word in split_words(text))] for text in texts), size)


def read(path: Path) -> str:
    """Return the text of a file. Raises DataError for one that cannot be read, is empty or is not UTF-8."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{clean(path)} is not UTF-8 text: byte {error.start} cannot be read. Expected a text file, saved as UTF-8."
        ) from None
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        raise DataError(f"{clean(path)} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    if not split_words(text):
        raise DataError(f"{clean(path)} has no words to read.")
    return text


def known(sequences: Sequences, size: int) -> Sequences:
    """Return the texts with every number from `size` on replaced by 2, the unknown word's."""
    words = np.where(sequences.words < size, sequences.words, np.int32(UNKNOWN))
    return Sequences(words, sequences.starts, size)


def multi_hot(sequences: Sequences, size: int) -> Sequences:
    """Return which of `size` words each text has: its numbers, each once, in rising order."""
    limited = known(sequences, size)
    return Sequences.of((np.unique(limited.text(row)) for row in range(len(limited))), size)


def padded(sequences: Sequences, maxlen: int, padding: End, truncating: End) -> npt.NDArray[np.int32]:
    """Return texts as (n, maxlen) int32: shorter ones filled with 0 before ("pre") or after, longer ones cut likewise.

    Equal to `keras.utils.pad_sequences`.
    """
    rows = np.full((len(sequences), maxlen), FILLER, np.int32)
    for number, row in enumerate(rows):
        text = sequences.text(number)
        kept = text[-maxlen:] if truncating == "pre" else text[:maxlen]
        if padding == "pre":
            row[maxlen - len(kept) :] = kept
        else:
            row[: len(kept)] = kept
    return rows
