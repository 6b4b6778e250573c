"""The viewer of the OpenAPI page, from npm at one release: `python -m tests.web.api.viewer` packs it anew."""

import base64
import hashlib
import subprocess
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

import brotli

from analytics_service.web.api.docs import FOLDER
from tests.tools import tool

PACKAGE = "swagger-ui-dist@5.35.0"
DIGEST = "U06rpMtW9V3XPGOBeamTUSr0Z09jMX4IJuANpE/EZbAhw0G8CgwrzU4YmXkn/h0wCDNsXdGarTNNHC3sU8yVUQ=="
PACKED = ("swagger-ui-bundle.js", "swagger-ui.css")
LICENCES = ("LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt")


def fetch() -> dict[str, bytes]:
    """The files of the package that are shipped. Fails where npm is missing or gives other bytes."""
    with TemporaryDirectory() as folder:
        command = [tool("npm"), "pack", "--silent", "--pack-destination", folder, PACKAGE]
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=100, check=False)
        assert done.returncode == 0, done.stderr
        packed = Path(folder) / done.stdout.split()[-1]
        found = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
        assert found == DIGEST, f"{PACKAGE} is {found}"
        with tarfile.open(packed) as archive:
            files = {}
            for name in (*PACKED, *LICENCES):
                file = archive.extractfile(f"package/{name}")
                assert file is not None
                files[name] = file.read()
            return files


def pack(content: bytes) -> bytes:
    """A script or style sheet without its line on a map, which is not shipped and no browser need ask for."""
    return b"\n".join(line for line in content.splitlines() if b"sourceMappingURL=" not in line) + b"\n"


def write() -> None:
    """Packs the viewer's files beside the page."""
    for name, content in fetch().items():
        if name in PACKED:
            (FOLDER / f"{name}.br").write_bytes(brotli.compress(pack(content)))
        else:
            (FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    write()
