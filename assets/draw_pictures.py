"""Draw assets/pictures: two classes of small pictures, circles and squares, to try `folder:DIR` on.

Run `python assets/draw_pictures.py` to draw them again; the seed makes them the same.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SIDE, COUNT, SCALE = 32, 40, 4
CLASSES = ("circles", "squares")


def picture(kind: str, rng: np.random.Generator) -> Image.Image:
    """Return one shape of random size, place and colors on a noisy ground, drawn large and shrunk for smooth edges."""
    ground, ink = rng.integers(0, 110, 3), rng.integers(130, 256, 3)
    large = Image.new("RGB", (SIDE * SCALE, SIDE * SCALE), tuple(int(value) for value in ground))
    radius = int(rng.integers(5, 12)) * SCALE
    x, y = (int(value) for value in rng.integers(radius, SIDE * SCALE - radius, 2))
    box = (x - radius, y - radius, x + radius, y + radius)
    pen = ImageDraw.Draw(large)
    (pen.ellipse if kind == "circles" else pen.rectangle)(box, fill=tuple(int(value) for value in ink))
    pixels = np.asarray(large.resize((SIDE, SIDE), Image.Resampling.LANCZOS), dtype=float) + rng.normal(
        0, 12, (SIDE, SIDE, 3)
    )
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def main() -> None:
    """Write COUNT pictures of each class beside this file."""
    rng = np.random.default_rng(20261121)
    for kind in CLASSES:
        folder = Path(__file__).parent / "pictures" / kind
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(COUNT):
            picture(kind, rng).quantize(64).save(folder / f"{number:02d}.png", optimize=True)


if __name__ == "__main__":
    main()
