"""A process that has nothing of ours: programs run in it one after the other, and Keras is imported once for all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

_CHILD = """
import contextlib, io, json, os, runpy, sys, traceback
sys.modules["tuiml"] = sys.modules["augment"] = None
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
for place in map(str.rstrip, sys.stdin):
    os.chdir(place)
    error = ""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            runpy.run_path("program.py", run_name="__main__")
        except BaseException:
            error = traceback.format_exc()
    print(json.dumps([printed.getvalue(), error]), file=answers, flush=True)
"""


class Outside:
    """The process, and a folder for each program in `folder`. Keras, which looks for its home when it is imported, has `home`."""

    def __init__(self, folder: Path, home: Path) -> None:
        self._folder = folder
        with (folder / "errors.txt").open("w") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _CHILD],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=os.environ | ({"KERAS_HOME": str(home)} if home.is_dir() else {}),
            )

    def run(self, program: str) -> tuple[Path, str]:
        """Run a program to its end; return the folder it ran in and what it printed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        place = Path(tempfile.mkdtemp(dir=self._folder))
        (place / "program.py").write_text(program)
        self._process.stdin.write(f"{place}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, (self._folder / "errors.txt").read_text()[-2000:]
        printed, error = json.loads(answer)
        assert not error, error[-2000:]
        return place, printed

    def close(self) -> None:
        """End the process."""
        self._process.communicate()
