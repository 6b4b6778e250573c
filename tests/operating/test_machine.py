"""What the operating system tells of a place on disk."""

from pathlib import Path

import pytest

from analytics_service.operating.machine import file_system, file_system_of

MOUNTS = """\
/dev/vda / ext4 rw 0 0
tmpfs /run tmpfs rw 0 0
server:/export /srv/with\\040space nfs4 rw 0 0
/dev/vdb /srv ext4 rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/var/lib/x", "ext4"), ("/run/x", "tmpfs"), ("/srv/with space/x", "nfs4"), ("/srv/within", "ext4")],
)
def test_the_nearest_mount_holds_a_path(path: str, kind: str) -> None:
    assert file_system_of(Path(path), MOUNTS) == kind


def test_this_machine_tells_its_own() -> None:
    assert file_system(Path("/proc/self")) == "proc"
