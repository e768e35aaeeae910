"""Claims about picture files: what is read, how, and that every failure names the file and the reason."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from PIL import Image

import augment


@pytest.mark.parametrize(
    ("mode", "channels"), [("1", 1), ("L", 1), ("LA", 4), ("P", 3), ("RGB", 3), ("RGBA", 4), ("CMYK", 3), ("I;16", 1)]
)
def test_modes(mode, channels, tmp_path):
    """Every common pixel mode becomes gray, RGB or RGBA."""
    path = tmp_path / "picture.tif"
    image = Image.new(mode, (7, 5), 40_000 if mode == "I;16" else 0)
    image.save(path)
    array = augment.read_image(path)
    assert array.shape == (5, 7, channels)
    assert array.dtype == np.uint8
    if mode == "I;16":
        assert (array == 40_000 >> 8).all()


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_pillow_both_ways(channels, random_pictures):
    """to_pil and from_pil are inverse; floats are rounded on their value range."""
    picture = random_pictures(1, 6, 8, channels)[0]
    assert np.array_equal(augment.from_pil(augment.to_pil(picture)), picture)
    unit = (picture / 255).astype(np.float32)
    assert np.array_equal(augment.from_pil(augment.to_pil(unit, value_range=1)), picture)


def test_exif_orientation_is_obeyed(tmp_path):
    """A photograph taken with the camera on its side is read upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (30, 20)).save(tmp_path / "x.jpg", exif=exif)
    assert augment.read_image(tmp_path / "x.jpg").shape == (30, 20, 3)


def test_bad_files_are_one_kind_of_error(tmp_path):
    """Missing, empty, a folder, text, truncated at any byte, a bomb, another format: ImageFileError with path and reason."""
    whole = tmp_path / "whole.png"
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    Image.fromarray(noise).save(whole)
    data = whole.read_bytes()
    cases = {
        "missing.png": None,
        "empty.png": b"",
        "text.jpg": b"hello",
        "svg.png": b"<svg/>",
        "eps.png": b"%!PS-Adobe-3.0 EPSF-3.0\n",
    }
    cases |= {f"cut{i}.png": data[: len(data) * i // 8] for i in range(1, 7)}
    bomb = bytearray(data)
    bomb[16:24] = (20_000).to_bytes(4, "big") * 2
    cases["bomb.png"] = bytes(bomb)
    (tmp_path / "folder.png").mkdir()
    for name, content in [*cases.items(), ("folder.png", None)]:
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(augment.ImageFileError) as caught:
            augment.read_image(path)
        assert caught.value.path == str(path)
        assert str(caught.value) == f"{path}: {caught.value.reason}"
        assert caught.value.reason
    with pytest.raises(augment.ImageFileError, match="no such file"):
        augment.read_image(tmp_path / "missing.png")


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_flipped_bytes_never_crash_differently(tmp_path):
    """A damaged file is read or is an ImageFileError, nothing else."""
    rng = np.random.default_rng(0)
    for kind in ("png", "jpeg", "gif", "bmp", "webp", "tiff"):
        Image.fromarray(rng.integers(0, 256, (9, 9, 3), dtype=np.uint8)).save(tmp_path / "x", format=kind)
        data = (tmp_path / "x").read_bytes()
        for _ in range(40):
            damaged = bytearray(data)
            for position in rng.integers(0, min(len(data), 200), 3):
                damaged[position] = rng.integers(0, 256)
            (tmp_path / "y").write_bytes(damaged)
            with contextlib.suppress(augment.ImageFileError):
                assert augment.read_image(tmp_path / "y").ndim == 3


def test_real_photographs_go_through(photos):
    """Photographs of many sizes are read, augmented and keep their shape."""
    pipeline = augment.parse("flip,rotate:15,zoom:0.2,brightness:0.3,saturation:0.3,sharpness:0.5,noise:0.02")
    for path in photos[::25]:
        picture = augment.read_image(path)
        out = pipeline(picture[None], seed=0, epoch=0, index=[0])
        assert out.shape == (1, *picture.shape)
        assert abs(float(out.mean()) - float(picture.mean())) < 90
