"""Processes for mutants: each a copy of the one that has everything imported."""

import contextlib
import os
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

OUT_OF_TIME = 1
"""What a process ends with that faulthandler ends, since a test took too long."""


def answer_of(work: Callable[[], str], seconds: float) -> tuple[int, str]:
    """Does the work in a copy of this process; returns what it ended with, and its answer.

    The answer is empty if the copy ended before. Whatever it started and left running is ended, too.
    """
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as file:
        child = os.fork()
        if child == 0:
            _work_alone(work, Path(file.name))
        with contextlib.suppress(OSError):
            os.setpgid(child, child)
        try:
            return _exit_status(child, seconds), Path(file.name).read_text("utf-8")
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child, 0)


def _work_alone(work: Callable[[], str], answer: Path) -> None:
    os.setpgid(0, 0)
    with contextlib.suppress(BaseException):
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silence, stream)
        answer.write_text(work(), "utf-8")
    os._exit(0)


def _exit_status(child: int, seconds: float) -> int:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if ended := os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return ended.si_status
        time.sleep(0.005)
    return OUT_OF_TIME
