"""The command line `augment`: list the ops, preview a pipeline on a picture."""

# ruff: noqa: T201 (printing is what this module is for)

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from augment.errors import AugmentError, ImageFileError, did_you_mean
from augment.files import from_pil, read_image, to_pil
from augment.grammar import parse
from augment.images import Images
from augment.registry import catalog
from augment.sheet import contact_sheet

_USAGE = 2
_DATA = 3
_CELL = 512  # the longest side of a picture on the sheet: a hundred copies of a photograph fit into memory


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code: 0 done, 2 wrong usage or pipeline, 3 a missing or bad file."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "list":
            _list(options.op)
        else:
            _preview(options)
    except ImageFileError as error:
        return _fail(error, _DATA)
    except AugmentError as error:
        return _fail(error, _USAGE)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="augment", description="Image augmentation.")
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", help="the ops, or the parameters of one")
    listing.add_argument("op", nargs="?", help="an op's name")
    preview = commands.add_parser("preview", help="a contact sheet: the picture, then augmented copies of it")
    preview.add_argument("file", type=Path, help="a picture: JPEG, PNG, BMP, GIF, WebP or TIFF")
    preview.add_argument("--ops", required=True, help="a pipeline such as flip,rotate:15,zoom:0.8..1.2")
    preview.add_argument("--output", type=Path, default=Path("sheet.png"), help="replaced if it exists (%(default)s)")
    preview.add_argument("--seed", type=int, default=0, help="(%(default)s)")
    preview.add_argument("--epoch", type=int, default=0, help="(%(default)s)")
    preview.add_argument("--copies", type=int, default=8, help="1..100 (%(default)s)")
    return parser


def _list(name: str | None) -> None:
    ops = catalog()
    if name is None:
        wide = max(len(op.example) for op in ops.values())
        for op in ops.values():
            print(f"{op.example:{wide}}  {op.summary}")
        return
    if name not in ops:
        raise AugmentError(f"unknown op {name!r}{did_you_mean(name, ops)}")
    op = ops[name]
    print(f"{name}: {op.summary}" + ("" if op.always else f" (p {op.default_p:g})"))
    for parameter in op.parameters():
        print(f"  {parameter.name} = {parameter.default}  [{parameter.range}] {parameter.unit}  {parameter.help}")


def _preview(options: argparse.Namespace) -> None:
    if not 1 <= options.copies <= 100:
        raise AugmentError(f"--copies: expected 1..100, received {options.copies}")
    if options.output.exists() and options.file.exists() and options.output.samefile(options.file):
        raise AugmentError(f"--output: {options.output} is the picture itself and would be overwritten")
    pipeline = parse(options.ops)
    picture = read_image(options.file)
    height, width, channels = picture.shape
    plan = pipeline.draw(range(options.copies), (height, width, channels), seed=options.seed, epoch=options.epoch)
    white = pipeline.output_range(255.0)
    cells = [_cell(picture, 255.0)]
    cells += [_cell(pipeline.apply(picture[None], plan.part(slice(i, i + 1)))[0], white) for i in range(options.copies)]
    try:
        to_pil(contact_sheet(cells)).save(options.output)
    except (OSError, ValueError) as error:
        raise ImageFileError(options.output, f"cannot be written: {error}") from error
    for i in range(options.copies):
        print(f"{i}: {plan.describe(i)}")
    print(_printable(str(options.output)))


def _cell(picture: Images, white: float) -> Images:
    image = to_pil(picture, value_range=white)
    image.thumbnail((_CELL, _CELL))
    return from_pil(image)


def _fail(error: AugmentError, code: int) -> int:
    print(f"augment: {_printable(str(error))}", file=sys.stderr)
    return code


def _printable(text: str) -> str:
    """Return `text` without what a terminal would obey: a file name may hold escape sequences and line ends."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogateescape").decode() for c in text)


if __name__ == "__main__":
    sys.exit(main())
