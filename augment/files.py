"""Picture files and Pillow images to arrays and back, with every failure an ImageFileError that names the file."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING

import numpy as np

from augment.errors import ImageError, ImageFileError
from augment.images import Images, shape_problems

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF")
"""What is opened, by content, whatever the file is called. Pillow's other readers are rarer and less watched."""

MOST_PIXELS = 89_478_485
"""A larger picture is refused before it is decoded: Pillow's own limit against decompression bombs (256 MiB of RGB)."""


def read_image(path: str | PathLike[str]) -> Images:
    """Read the first frame of a picture file, turned upright by its EXIF tag.

    Returns (h, w, c) uint8: gray stays gray, transparency gives RGBA, everything else RGB. 16-bit gray keeps its
    upper 8 bits. Raises ImageFileError for whatever goes wrong: missing, not a picture, truncated, too large.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(path, formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                size = f"{image.width} x {image.height} pixels"
                raise ImageFileError(path, f"{size} are more than the {MOST_PIXELS:,} that are safe to decode")
            image.load()
            return from_pil(ImageOps.exif_transpose(image))
    except ImageFileError:
        raise
    except FileNotFoundError:
        raise ImageFileError(path, "no such file") from None
    except UnidentifiedImageError:
        raise ImageFileError(path, f"not a picture in one of {', '.join(FORMATS)}") from None
    except OSError as error:
        raise ImageFileError(path, error.strerror or str(error)) from error
    # Decoders meet hostile bytes and raise what they like (struct.error, SyntaxError, ValueError, ...).
    except Exception as error:
        raise ImageFileError(path, f"{type(error).__name__}: {error}") from error


def from_pil(image: Image) -> Images:
    """Return a Pillow image as (h, w, c) uint8, c in 1, 3, 4."""
    if image.mode.startswith("I"):
        gray: Images = np.clip(np.asarray(image).astype(np.int64) >> 8, 0, 255).astype(np.uint8)
        return gray[:, :, None]
    if image.mode == "F":
        raise ImageError("pictures of floating-point pixels have no declared range (convert them to 8 bits first)")
    if image.mode in ("1", "L"):
        return np.array(image.convert("L"))[:, :, None]
    transparent = image.has_transparency_data
    return np.array(image.convert("RGBA" if transparent else "RGB"))


def to_pil(picture: Images, *, value_range: float = 255.0) -> Image:
    """Return one picture (h, w, c), uint8 or float32 on 0..value_range, as a Pillow image in mode L, RGB or RGBA."""
    from PIL import Image

    problems = shape_problems(picture.shape)
    if problems:
        raise ImageError(*problems)
    if picture.dtype != np.uint8:
        picture = np.clip(np.rint(picture * (255.0 / value_range)), 0, 255).astype(np.uint8)
    return Image.fromarray(picture[:, :, 0] if picture.shape[2] == 1 else picture)
