"""What the operating system tells of a place on disk."""

from pathlib import Path

NETWORK_FILE_SYSTEMS = frozenset(
    "nfs nfs4 cifs smb3 smbfs ceph glusterfs fuse.glusterfs lustre afs 9p ocfs2 gfs2".split()
) | {"fuse.sshfs", "fuse.s3fs"}
"""Where locks, shared memory or flushes do not hold what SQLite's WAL needs of them."""
PASSING_FILE_SYSTEMS = frozenset({"tmpfs", "ramfs", "overlay"})
"""What is gone with the machine or the container."""


def file_system_of(path: Path, mounts: str) -> str:
    """The type of the file system that holds a path, out of the text of /proc/mounts."""
    place, kind = "", "unknown"
    for line in mounts.splitlines():
        _, mounted, found, *_ = line.split(" ")
        mounted = mounted.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
        if path.is_relative_to(mounted) and len(mounted) >= len(place):
            place, kind = mounted, found
    return kind


def file_system(folder: Path) -> str:
    """The type of the file system that the folder lies on; "unknown" where nobody tells."""
    try:
        return file_system_of(folder.resolve(), Path("/proc/mounts").read_text("utf-8"))
    except OSError:
        return "unknown"
