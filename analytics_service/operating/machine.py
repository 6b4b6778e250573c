"""What the operating system says of a folder and its owner: the file system, the name of a user."""

import pwd
from pathlib import Path

NETWORK_FILE_SYSTEMS = frozenset(
    "nfs nfs4 cifs smb3 smbfs ceph glusterfs fuse.glusterfs lustre afs 9p ocfs2 gfs2".split()
) | {"fuse.sshfs", "fuse.s3fs"}
"""File systems whose locks, shared memory or flushes are not reliable enough for a database."""
TRANSIENT_FILE_SYSTEMS = frozenset({"tmpfs", "ramfs", "overlay"})
"""What is lost with the host or the container."""


def file_system_of(path: Path, mounts: str) -> str:
    """Returns the type of the file system that holds a path, from the text of /proc/mounts."""
    place, kind = "", "unknown"
    for line in mounts.splitlines():
        _, mounted, found, *_ = line.split(" ")
        mounted = mounted.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
        if path.is_relative_to(mounted) and len(mounted) >= len(place):
            place, kind = mounted, found
    return kind


def file_system(folder: Path) -> str:
    """Returns the type of the file system that holds the folder; "unknown" where the system does not say."""
    try:
        return file_system_of(folder.resolve(), Path("/proc/mounts").read_text("utf-8"))
    except OSError:
        return "unknown"


def user_name(user: int) -> str:
    """Returns a user's name, or `#` and their number where they have none: sudo takes both."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"#{user}"
