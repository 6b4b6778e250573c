"""The page that makes the first account: its command, and what it says of a wrong code."""

import shlex
import subprocess
from pathlib import Path

from tests.service import LIMIT, Service, run, serving
from tests.web.dashboard.stand import PASSWORD, Person, problems


def sent(person: Person, code: str) -> tuple[int, list[str], str]:
    """Status, problems and text of an answer to the form with a code."""
    fields = {"name": "ann", "email": "ann@example.vn", "password": PASSWORD, "repeated": PASSWORD}
    answer = person.post("/setup", None, code=code, **fields)
    return answer.status_code, problems(answer), answer.text


def command_on(service: Service) -> list[str]:
    """The command that the page shows, as a shell reads it."""
    text = Person(service).get("/setup").text
    return shlex.split(text.partition("<code>")[2].partition("</code>")[0])


def test_the_first_account_is_made_by_the_command_of_the_page(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serving(folder) as service:
        elsewhere = Person(service, {"X-Forwarded-For": "203.0.113.9"}).get("/setup").text
        assert str(folder) not in elsewhere
        made = subprocess.run(
            command_on(service), capture_output=True, text=True, timeout=LIMIT, check=False, cwd=tmp_path
        )
        # It names the address at which this service answers.
        assert f"Enter it at {service.url}/setup" in made.stderr
        person = Person(service)
        status, said, page = sent(person, "wrong")
        assert (status, said) == (403, ["This code is wrong, was used already, or is too old."])
        assert 'value="ann"' in page
        assert 'value="ann@example.vn"' in page
        assert PASSWORD not in page
        while (answer := sent(person, made.stdout.strip()))[0] == 429:
            assert "Wait a second, type the password again" in answer[1][0]
            assert 'value="ann@example.vn"' in answer[2]
        assert answer[0] == 303
        assert run("user", "list", data=folder).stdout.startswith("ann")
