"""Predictor: a child process that holds a run's network and answers one question after the other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from tuiml.runs.folder import RunFolder

_CHILD = [sys.executable, "-P", "-m", "tuiml.train", "--predict"]

Tell = Callable[[str], None]


class Predictor:
    """Starts nothing before the first question; the child ends when `close` is called, or when this process ends."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._closed = False

    def ask(self, question: Mapping[str, Any], tell: Tell = lambda what: None) -> dict[str, Any]:
        """Return the answer to {"file": path}, {"text": words}, {"row": cells} or {"judge": true}, or {"error": a sentence}.

        Takes seconds while the network is loaded, which `tell` hears of: call it from a thread. Never raises; a child that
        has ended is started again with the next question.
        """
        with self._lock:
            try:
                process = self._started()
                return self._answer(process, question, tell)
            except (OSError, ValueError) as error:
                self._end()
                if self._closed:
                    return {"error": "this is closed."}
                return {
                    "error": f"the process that answers has ended ({error}); {self.folder.log} may say why. Ask again."
                }

    def close(self) -> None:
        """End the child at once: it holds nothing. A question in flight is answered with an error. Takes 50 ms."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._end()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise OSError("closed")
        if self._process is None:
            with self._log() as log:
                self._process = subprocess.Popen(
                    [*_CHILD, str(self.folder.path)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    start_new_session=True,  # a terminal that closes ends it by its stdin, not by a signal
                    close_fds=True,
                )
        if self._closed:  # meanwhile
            raise OSError("closed")
        return self._process

    def _answer(self, process: subprocess.Popen[bytes], question: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
        if process.stdin is None or process.stdout is None:
            raise OSError("no pipes")
        process.stdin.write(json.dumps(question).encode() + b"\n")
        process.stdin.flush()
        while line := process.stdout.readline():
            answer = json.loads(line)
            if "stage" not in answer:
                return dict(answer)
            tell(str(answer["stage"]))
        raise OSError(f"exit code {process.wait()}")

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was still to be written to a dead child has nobody to read it
                    pipe.close()

    def _log(self) -> Any:
        """Return the run's log, or nothing where it cannot be written: a run may lie on a disk that is only read."""
        try:
            return self.folder.log.open("ab")
        except OSError:
            return Path(os.devnull).open("ab")
