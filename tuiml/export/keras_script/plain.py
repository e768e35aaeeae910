"""Functions that a written program takes along, by their source: plain NumPy, nothing of ours beside them."""

from __future__ import annotations

from typing import Any

import numpy as np


def stratified(labels: Any, count: int, seed: Any) -> Any:
    """Return `count` row numbers, drawn by `seed`, sorted: of each class in proportion, to the nearest row."""
    order = np.random.default_rng(seed).permutation(len(labels))
    _, classes, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    quotas = sizes * (count / len(labels))
    take = np.floor(quotas).astype(int)
    take[np.argsort(take - quotas, kind="stable")[: count - take.sum()]] += 1
    return np.sort(np.concatenate([order[classes[order] == number][:rows] for number, rows in enumerate(take)]))


def unpacked(text: str, total: int) -> Any:
    """Return the row numbers whose bits are set: one bit for each of `total` rows, compressed and as letters."""
    import base64
    import zlib

    packed = np.frombuffer(zlib.decompress(base64.b85decode(text)), np.uint8)
    return np.flatnonzero(np.unpackbits(packed, count=total))


def multi_hot(texts: Any, words: int) -> Any:
    """Return one row per text: a 1 at the number of each word that it has. Bytes, since floats would take four times as much."""
    rows = np.zeros((len(texts), words), np.uint8)
    for row, text in zip(rows, texts, strict=True):
        row[text] = 1
    return rows


def prepare(cells: Any, train: Any, categories: Any, indicators: bool) -> Any:
    """Return what the network sees of a table. All statistics are of the training rows alone.

    Numbers get mean 0 and standard deviation 1, missing ones become 0; each category that training rows have becomes a
    column of 0 and 1; with `indicators`, a column says where training rows had gaps.
    """
    features = []
    for number in range(cells.shape[1]):
        column = cells[:, number]
        known = column[train][~np.isnan(column[train])]
        if number in categories:
            features += [column == category for category in np.unique(known)]
        else:
            spread = known.std() if len(known) and known.min() < known.max() else 1.0
            features.append(np.nan_to_num((column - (known.mean() if len(known) else 0.0)) / (spread or 1.0)))
        if indicators and len(known) < len(train):
            features.append(np.isnan(column))
    return np.stack(features, axis=1).astype("float32")


def about_center(xx: Any, xy: Any, yx: Any, yy: Any, height: int, width: int) -> Any:
    """Return matrices (n, 3, 3) that take output pixels to input pixels: [[xx, xy], [yx, yy]] about the middle of a picture."""
    xx, xy, yx, yy = np.broadcast_arrays(xx, xy, yx, yy)
    x, y = (width - 1) / 2, (height - 1) / 2
    zero, one = np.zeros(len(xx)), np.ones(len(xx))
    rows = [[xx, xy, x - xx * x - xy * y], [yx, yy, y - yx * x - yy * y], [zero, zero, one]]
    return np.moveaxis(np.array(rows), -1, 0)


def warp(images: Any, matrices: Any, fill: str) -> Any:
    """Return pictures (n, h, w, c) moved by matrices (n, 3, 3) from output to input pixels, with linear interpolation.

    Outside of the picture: its border ("nearest"), black ("constant"), mirrored ("reflect") or repeated ("wrap").
    """
    n, height, width, _ = images.shape
    y, x = np.mgrid[:height, :width]
    grid = np.stack([x.ravel(), y.ravel(), np.ones(x.size)])
    x, y = np.moveaxis((matrices @ grid)[:, :2], 1, 0)  # where each output pixel lies in the input
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    moved, numbers = 0.0, np.arange(n)[:, None]
    for down, across in ((0, 0), (0, 1), (1, 0), (1, 1)):
        weight = np.abs(1 - across - (x - left)) * np.abs(1 - down - (y - top))
        columns, rows = left + across, top + down
        if fill == "wrap":
            columns, rows = columns % width, rows % height
        if fill == "reflect":
            columns, rows = columns % (2 * width), rows % (2 * height)
            columns, rows = np.minimum(columns, 2 * width - 1 - columns), np.minimum(rows, 2 * height - 1 - rows)
        columns, rows = np.clip(columns, 0, width - 1), np.clip(rows, 0, height - 1)
        moved = moved + weight[..., None] * images[numbers, rows, columns]
    if fill == "constant":
        inside = (x >= -0.5) & (x <= width - 0.5) & (y >= -0.5) & (y <= height - 0.5)
        moved = moved * inside[..., None]
    return np.asarray(moved).reshape(images.shape).astype("float32")


def deal(rows: Any, labels: Any, k: int, seed: Any) -> Any:
    """Return the rows of k folds, drawn by `seed`: those of each class are dealt out like cards."""
    random = np.random.default_rng(seed)
    order = random.permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    dealt = np.empty(len(labels), int)
    dealt[order] = random.permutation(k)[np.arange(len(labels)) % k]
    return [rows[dealt == number] for number in range(k)]


def read_table(file: str, delimiter: str, columns: Any, targets: Any) -> Any:
    """Return the cells of `columns` and of `targets` in a file of separated values, of the rows that have a target.

    Both are {name: categories}: texts become the numbers of their categories, without categories they are numbers; what
    is missing becomes NaN.
    """
    import csv

    with open(file, newline="", encoding="utf-8-sig") as stream:
        found = csv.reader(stream, delimiter=delimiter, skipinitialspace=True)
        header, *rows = [[cell.strip() for cell in row] for row in found if any(map(str.strip, row))]

    def cell(text: str, categories: Any) -> float:
        if text.lower() in ("", "na", "n/a", "nan", "null", "none", "?", "-"):
            return np.nan
        if categories:
            return float(categories.index(text))
        return float(text.replace(",", ".") if delimiter == ";" else text)

    parts = []
    for wanted in (columns, targets):
        places = {header.index(name): categories for name, categories in wanted.items()}
        parts.append(np.array([[cell(row[place], known) for place, known in places.items()] for row in rows]))
    x, y = parts
    there = ~np.isnan(y).any(axis=1)
    return x[there], y[there]


def pictures(folder: str, classes: Any, size: int, color: str, crop: bool, seed: Any) -> Any:
    """Return the pictures (n, size, size, c) in the class folders of a folder, in 0..255, and their class numbers.

    They are cut to the centered square (`crop`) or distorted; `seed` puts them in a random order, None leaves it.
    """
    import pathlib

    import keras

    suffixes = (".jpg", ".jpeg", ".jpe", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff")
    found = [
        (file, number)
        for number, name in enumerate(classes)
        for file in sorted(pathlib.Path(folder, name).iterdir())
        if file.suffix.lower() in suffixes and not file.name.startswith(".")
    ]
    if seed is not None:
        found = [found[row] for row in np.random.default_rng(seed).permutation(len(found))]
    how = {"color_mode": color, "target_size": (size, size), "interpolation": "bicubic", "keep_aspect_ratio": crop}
    x = [keras.utils.img_to_array(keras.utils.load_img(file, **how)) for file, _ in found]
    return np.stack(x).astype("uint8"), np.array([number for _, number in found])
