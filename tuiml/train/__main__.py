"""A runner as a process of its own: `python -m tuiml.train FOLDER`, or `--standby` to import first and be told later.

`--predict FOLDER` trains nothing: it answers questions about rows that the run's network has not seen (`answering.py`).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tuiml.errors import TuimlError
from tuiml.runs.folder import RunFolder


def main(arguments: list[str]) -> int:
    """Run the run folder named by the argument, or by a line on stdin; return the exit code."""
    _step_back()
    if arguments[:1] == ["--predict"]:
        from tuiml.train import answering

        return answering.serve(RunFolder(Path(arguments[1])))
    if arguments == ["--standby"]:
        folder = _standby()
        if folder is None:
            return 0
    else:
        folder = RunFolder(Path(arguments[0]))
    from tuiml.train import runner

    try:
        code = runner.run(folder)
    except TuimlError as error:
        print(error, file=sys.stderr)  # noqa: T201  into runner.log
        return int(error.exit_code)
    runner.leave_if_abandoned(code)
    return code


def _step_back() -> None:
    """Let a screen that wakes up go first; as batch work no throughput is lost."""
    if hasattr(os, "SCHED_BATCH"):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _standby() -> RunFolder | None:
    """Import the framework, then wait for a folder; None when stdin closes first: whoever wanted a run is gone."""
    from tuiml.train import devices

    devices.import_framework()
    from tuiml.train import fit, rows, runner, saver, thread  # noqa: F401  of one version, whatever is installed meanwhile

    line = sys.stdin.buffer.readline()
    if not line:
        return None
    folder = RunFolder(Path(os.fsdecode(line.rstrip(b"\n"))))
    log = os.open(folder.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    return folder


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
