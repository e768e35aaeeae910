"""Fields about rows: which are learned from, what becomes of them first, and what training pictures go through."""

from __future__ import annotations

from typing import Literal

from tuiml.fields.knob import Amount, Section, Words, knob


class DataFields(Section):
    """Which rows are learned from, and what becomes of them first."""

    fraction: float = knob(
        1.0, "share of the training rows to use: less data overfits sooner", "Share of data", "--fraction", gt=0, le=1
    )
    validation: Amount = knob(
        "auto",
        "rows kept apart for the validation curve; auto follows the amount of data",
        "Validation",
        "--validation",
    )
    test: Amount = knob(
        "auto",
        "rows kept apart for the final test, where the data brings no test set of its own; auto follows the amount of data",
        "Test",
        "--test",
    )
    split: str = knob(
        "shuffled",
        "which rows are set apart: shuffled (drawn by the seed, each class in proportion), first, group:COLUMN (no group "
        "on both sides) or time:COLUMN (the latest rows)",
        "Split",
        "--split",
        pattern=r"^(shuffled|first|(group|time):.+)$",
    )
    deduplicate: bool = knob(
        False, "leave out training rows that occur twice, or in the test set", "Deduplicate", "--deduplicate"
    )
    label_noise: float = knob(
        0.0,
        "share of the training labels that are made wrong, for experiments",
        "Label noise",
        "--label-noise",
        ge=0,
        lt=1,
    )
    mask: float = knob(
        0.0,
        "share of the cells of training rows blanked at random, so that a network learns to live with gaps (tables only)",
        "Mask",
        "--mask",
        ge=0,
        lt=1,
    )
    indicators: bool = knob(
        False,
        "beside each column with gaps, a column that says where they are (tables only)",
        "Gap indicators",
        "--indicators",
    )
    target: Words = knob((), "the columns to predict (csv only)", "Target", "--target")
    kind: Literal["auto", "binary", "one_of_n", "many_of_n", "value", "share"] = knob(
        "auto", "what the target is; auto looks at its values (csv and npz only)", "Kind", "--kind"
    )
    scale_target: bool = knob(
        False,
        "let the last layer give standard deviations from the mean of the training targets, and the network itself turn them "
        "back: targets far from 0 are learned at once (numbers only)",
        "Scale target",
        "--scale-target",
    )
    drop: Words = knob((), "columns to leave out (tables only)", "Drop columns", "--drop")
    derive: Words = knob(
        (),
        "columns to add: log:A, ratio:A:B or product:A:B of the columns A and B (tables only)",
        "Derive",
        "--derive",
    )
    words: int = knob(
        10_000,
        "how many of the most frequent words are known (text only)",
        "Words",
        "--words",
        "words",
        ge=10,
        le=100_000,
    )
    maxlen: int = knob(
        256,
        "words of a text that embedding, lstm and gru see (text only)",
        "Longest text",
        "--maxlen",
        "words",
        ge=1,
        le=10_000,
    )
    padding: Literal["pre", "post"] = knob("pre", "where shorter texts are filled up (text only)", "Padding")
    truncating: Literal["pre", "post"] = knob("pre", "where longer texts are cut (text only)", "Truncating")
    labels: Literal["auto", "integer", "one_hot"] = knob(
        "auto", "class numbers as they are, or as rows of zeros with a one; auto follows the loss", "Labels", "--labels"
    )
    class_weights: Literal["none", "balanced"] = knob(
        "none",
        "balanced: rows of rare classes count more, as n / (classes * rows of the class)",
        "Class weights",
        "--class-weights",
    )
    image_size: int = knob(
        64, "side that pictures of a folder are resized to", "Picture size", "--image-size", "pixels", ge=8, le=512
    )
    resize: Literal["crop", "pad", "stretch"] = knob(
        "crop",
        "how pictures of a folder become squares: crop cuts to the centered square, pad adds borders, stretch distorts",
        "Resize",
        "--resize",
    )
    color: Literal["rgb", "gray"] = knob("rgb", "read pictures of a folder in color or in gray", "Color", "--color")


class AugmentFields(Section):
    """What training pictures go through."""

    ops: str = knob(
        "",
        "augmentation of the training pictures, such as flip,rotate:15,shift:0.1; empty for none",
        "Augment",
        "--augment",
    )
    mode: Literal["online", "offline"] = knob(
        "online",
        "online: every epoch draws anew; offline: the originals and fixed copies of them, made once before training",
        "Mode",
        "--augment-mode",
    )
    copies: int = knob(
        1,
        "fixed copies of each training picture beside the original (offline only)",
        "Copies",
        "--augment-copies",
        "per picture",
        ge=1,
        le=10_000,
    )
