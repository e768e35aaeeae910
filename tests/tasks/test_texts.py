"""Words become numbers and numbers words again, as Keras has it."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from tuiml.errors import DataError
from tuiml.tasks import texts
from tuiml.tasks.sequences import Sequences

INDEX = {"the": 1, "film": 2, "was": 3, "brilliant": 4, "don't": 5}


def some_texts(count: int = 60, size: int = 50) -> tuple[Sequences, list[list[int]]]:
    """Texts of random lengths, empty ones among them, also as plain lists."""
    random = np.random.default_rng(5)
    lists = [random.integers(0, size, random.integers(0, 30)).tolist() for _ in range(count)]
    return Sequences.of(lists, size), lists


def test_texts_are_picked_as_rows_of_an_array_are() -> None:
    """By numbers, in any order and repeated, by a mask, by a slice; none at all is no text."""
    sequences, lists = some_texts()
    everything = np.arange(len(lists))
    for rows in (everything[::-1], np.array([3, 3, 0]), everything % 2 == 0, slice(5, 40), np.array([], np.int64)):
        picked = sequences[rows]
        assert [picked.text(row).tolist() for row in range(len(picked))] == [lists[row] for row in everything[rows]]
        assert picked.shape == (len(everything[rows]), 50)


def test_typed_words_become_their_numbers_and_words_again() -> None:
    """Case and punctuation do not matter, an apostrophe does; a word that is not known becomes 2 and reads "?"."""
    words = texts.vocabulary(INDEX, 10_000)
    numbers = texts.encode(["The film -- was BRILLIANT!", "I don't\tknow", ""], words, 10_000)

    assert [numbers.text(row).tolist() for row in range(3)] == [[1, 4, 5, 6, 7], [1, 2, 8, 2], [1]]
    assert texts.decode(numbers.text(0), words) == "? the film was brilliant"
    assert texts.decode([1, 2, 8, 2, 99_999], words) == "? ? don't ? ?"


def test_a_question_mark_or_a_reserved_number_is_never_a_word() -> None:
    """Nobody reaches the numbers of padding, start and unknown by typing."""
    words = texts.vocabulary(INDEX | {"?": 9}, 10_000)

    assert texts.encode(["? ? the"], words, 10_000).words.tolist() == [1, 4]


@pytest.mark.parametrize("size", [4, 6, 9, 100])
def test_a_smaller_vocabulary_has_the_first_words(size: int) -> None:
    """Those that are most frequent; the rest reads "?" and is typed in vain."""
    words, whole = texts.vocabulary(INDEX, size), texts.vocabulary(INDEX, 10_000)
    numbers = texts.encode([" ".join(INDEX)], words, size).words

    assert words == whole[:size]
    assert numbers.max() < size
    assert numbers.tolist() == [1, *(number if number < size else 2 for number in range(4, 9))]


def test_multi_hot_rows_are_the_words_of_the_notes_matrix() -> None:
    """A one at each column where `results[i, sequence] = 1` puts it, in rising order, and nowhere else."""
    sequences, lists = some_texts()
    dense = np.zeros((len(lists), 50))
    for row, numbers in enumerate(lists):
        dense[row, numbers] = 1
    hot = texts.multi_hot(sequences, 50)

    assert [hot.text(row).tolist() for row in range(len(hot))] == [np.flatnonzero(row).tolist() for row in dense]


def test_numbers_beyond_the_vocabulary_become_the_unknown_word() -> None:
    """Also of texts that were read with more words, such as a plug-in's."""
    sequences, lists = some_texts()
    hot = texts.multi_hot(sequences, 20)

    assert hot.shape == (60, 20)
    assert [set(hot.text(row).tolist()) for row in range(60)] == [{n if n < 20 else 2 for n in row} for row in lists]


@pytest.mark.tf
def test_padding_equals_keras() -> None:
    """Both ends, both ways, lengths below and above the texts', empty texts too."""
    import keras

    sequences, lists = some_texts()
    for maxlen, padding, truncating in itertools.product((1, 7, 29, 64), ("pre", "post"), ("pre", "post")):
        ours = texts.padded(sequences, maxlen, padding, truncating)
        expected = keras.utils.pad_sequences(lists, maxlen, padding=padding, truncating=truncating)
        assert ours.dtype == expected.dtype
        np.testing.assert_array_equal(ours, expected)


@pytest.mark.tf
def test_words_are_told_apart_as_by_keras_tokenizer() -> None:
    """Over random strings of all that can be typed, and more."""
    from keras.src.legacy.preprocessing.text import text_to_word_sequence

    random = np.random.default_rng(1)
    letters = [chr(code) for code in [*range(9, 14), *range(32, 256), 0x130, 0x1E9E, 0x3A3, 0x2019, 0x4E2D]]
    for _ in range(300):
        text = "".join(random.choice(letters, random.integers(0, 80)))
        assert texts.split_words(text) == text_to_word_sequence(text)


def test_a_text_file_is_read_whole(tmp_path: Path) -> None:
    """UTF-8, with or without the mark that some editors begin it with."""
    for encoding in ("utf-8", "utf-8-sig"):
        (tmp_path / "review.txt").write_text("Café, naïve\nfilm", encoding=encoding)
        assert texts.split_words(texts.read(tmp_path / "review.txt")) == ["café", "naïve", "film"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"caf\xe9 is not UTF-8", "not UTF-8 text: byte 3"),
        (b" \n...!", "no words"),
        (None, "No such file"),
    ],
    ids=["latin-1", "empty", "absent"],
)
def test_a_file_without_text_is_one_clear_error(tmp_path: Path, content: bytes | None, said: str) -> None:
    """What is wrong with which file; its name cannot move the cursor."""
    file = tmp_path / "re\x1b[2Jview.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(DataError, match=said) as told:
        texts.read(file)

    assert "\x1b" not in str(told.value)
