"""No key stands in clear in a database, a journal or a log; one that is planted is found."""

from pathlib import Path

from tests.web.api.conftest import Stand


def files_with(secret: str, folder: Path) -> list[Path]:
    """The files below a folder that hold a text, as it is or in upper or lower case."""
    sought = {form.encode() for form in (secret, secret.lower(), secret.upper())}
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(form in path.read_bytes() for form in sought)
    ]


def test_keys_are_nowhere_in_clear(stand: Stand) -> None:
    folder = stand.service.data.parent
    for key in stand.keys:
        stand.get(f"/sites/{stand.a}/counts", key)
        stand.get(f"/sites/{stand.keys[key]}/counts", key)
        stand.get(f"/sites/{stand.a}/counts?key={stand.keys[key]}", key)
        stand.service.http.get(f"/api/v1/sites/{stand.keys[key]}/counter")
    secrets = [token.split("_", 2)[2] for token in stand.keys.values()]
    assert stand.service.log.exists()
    assert [files_with(secret, folder) for secret in secrets] == [[]] * len(secrets)


def test_a_planted_key_is_found(stand: Stand, tmp_path: Path) -> None:
    secret = stand.keys["reads_a"].split("_", 2)[2]
    planted = tmp_path / "worker.log"
    planted.write_bytes(b"\0GET /?key=" + secret.encode())
    assert files_with(secret, tmp_path) == [planted]
