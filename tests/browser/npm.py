"""Libraries of host pages, from npm, each at one release whose bytes are known."""

import base64
import hashlib
import subprocess
import tarfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.tools import tool

# Library: its package, what the packed file must be, and where the script lies in it.
LIBRARIES = {
    "acorn": (
        "acorn@8.15.0",
        "NZyJarBfL7nWwIq+FDL6Zp/yHEhePMNnnJ0y3qfieCrmNvYct8uvtiV41UvlSe6apAfk0fY1FbWx+NwfmpvtTg==",
        "package/dist/acorn.js",
    ),
    "turbo": (
        "@hotwired/turbo@8.0.12",
        "l3BiQRkD7qrnQv6ms6sqPLczvwbQpXt5iAVwjDvX0iumrz6yEonQkNAzNjeDX25/OJMFDTxpHjkJZHGpM9ikWw==",
        "package/dist/turbo.es2017-umd.js",
    ),
    "htmx": (
        "htmx.org@2.0.4",
        "HLxMCdfXDOJirs3vBZl/ZLoY+c7PfM4Ahr2Ad4YXh6d22T5ltbTXFFkpx9Tgb2vvmWFMbIc3LqN2ToNkZJvyYQ==",
        "package/dist/htmx.min.js",
    ),
    "navigo": (
        "navigo@8.11.1",
        "e3sc1UzakF+bWquC8/dbPCgo7LgPEW1ekgwb4pmEcl8tOc/I7lML8r7HBql+b0VRk7tJWTZqtkeObwJAVR1pxg==",
        "package/lib/navigo.min.js",
    ),
}


@cache
def library(name: str) -> str:
    """The script of a library. Fails where npm is missing or gives other bytes."""
    package, digest, script = LIBRARIES[name]
    with TemporaryDirectory() as folder:
        command = [tool("npm"), "pack", "--silent", "--pack-destination", folder, package]
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=100, check=False)
        assert done.returncode == 0, done.stderr
        packed = Path(folder) / done.stdout.split()[-1]
        found = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
        assert found == digest, f"{package} is {found}"
        with tarfile.open(packed) as archive:
            file = archive.extractfile(script)
            assert file is not None
            return file.read().decode("utf-8")
