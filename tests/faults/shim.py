"""The fault shim: compiled once, laid under a process by LD_PRELOAD, and told what to do through a file."""

import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from tests.tools import tool

SOURCE = Path(__file__).with_name("faultshim.c")


@cache
def library() -> Path:
    """The compiled shim."""
    built = Path(mkdtemp(prefix="faultshim-")) / "faultshim.so"
    subprocess.run([tool("gcc"), "-shared", "-fPIC", "-O2", "-o", built, SOURCE, "-ldl"], check=True)
    return built


class Shim:
    """What fails below a folder; `control` is read again at each call, so it can change while it runs."""

    def __init__(self, folder: Path, beside: Path, shadow: Path | None = None) -> None:
        self._control = beside / "fault.ctl"
        self._control.write_text("")
        self.env = {
            "LD_PRELOAD": str(library()),
            # With the slash: else what lies beside it, such as a log, would fail too.
            "FAULT_PREFIX": f"{folder}/",
            "FAULT_CTL": str(self._control),
        }
        if shadow is not None:
            shadow.mkdir(parents=True, exist_ok=True)
            self.env["FAULT_SHADOW"] = str(shadow)

    def fails(self, words: str) -> None:
        """From now on: fsync_eio, write_enospc, open_erofs, fsync_slow_ms=N, at=K …; "" for nothing."""
        partial = self._control.with_suffix(".new")
        partial.write_text(words)
        partial.replace(self._control)
        self._hit.unlink(missing_ok=True)

    def was_hit(self) -> bool:
        """Whether anything failed since then."""
        return self._hit.exists()

    @property
    def _hit(self) -> Path:
        return self._control.with_name(f"{self._control.name}.hit")
