"""Settings: defaults, then the file, then the environment, then what was given."""

from pathlib import Path

import pytest

from analytics_service.errors import BadParameter
from analytics_service.settings import Settings, read_settings


def read(env: dict[str, str], given: dict[str, object] | None = None, file: Path | None = None) -> Settings:
    return read_settings(given or {}, file=file, environment={"ANALYTICS_DATA": "/d", **env})


def test_each_source_goes_before_the_one_before_it(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('port = 1\nhost = "file"\nonline_limit = 7\n')
    found = read({"ANALYTICS_PORT": "2", "ANALYTICS_HOST": "environment"}, {"port": 3, "host": None}, file)
    assert (found.port, found.host, found.online_limit, found.workers) == (3, "environment", 7, 1)


def test_a_list_in_the_environment_is_parted_by_commas() -> None:
    found = read({"ANALYTICS_TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.1"})
    assert found.trusted_proxies == ("10.0.0.0/8", "192.0.2.1")


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({"ANALYTICS_PROT": "1"}, "prot"),
        ({"ANALYTICS_PORT": "many"}, "port"),
        ({"ANALYTICS_PORT": "65536"}, "port"),
        ({"ANALYTICS_WORKERS": "0"}, "workers"),
        ({"ANALYTICS_WORKERS": "2"}, "--redis"),
        ({"ANALYTICS_RETENTION_DAYS": "6"}, "retention_days"),
        ({"ANALYTICS_RETENTION_DAYS": "-1"}, "retention_days"),
        ({"ANALYTICS_FAST_LANE": "perhaps"}, "fast_lane"),
    ],
)
def test_what_is_no_setting_is_refused_by_its_name(env: dict[str, str], named: str) -> None:
    with pytest.raises(BadParameter, match=named):
        read(env)


@pytest.mark.parametrize(
    ("env", "problem"),
    [
        ({"ANALYTICS_PROT": "1"}, "prot: unknown setting in ANALYTICS_PROT; did you mean 'port'?"),
        ({"ANALYTICS_PORT": "many"}, "port: invalid value 'many' in ANALYTICS_PORT; expected a whole number"),
        (
            {"ANALYTICS_FAST_LANE": "perhaps"},
            "fast_lane: invalid value 'perhaps' in ANALYTICS_FAST_LANE; expected true or false",
        ),
    ],
)
def test_a_mistake_in_the_environment_names_variable_and_value(env: dict[str, str], problem: str) -> None:
    with pytest.raises(BadParameter) as refused:
        read(env)
    assert str(refused.value) == problem


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("worker = 2", "worker: unknown setting in {file}; did you mean 'workers'?"),
        ("host = 7", "host: invalid value 7 in {file}; expected a text"),
        (
            "trusted_proxies = '10.0.0.0/8'",
            "trusted_proxies: invalid value '10.0.0.0/8' in {file}; expected a list",
        ),
        ("trusted_proxies = [10]", "trusted_proxies: invalid value [10] in {file}; expected a text"),
    ],
)
def test_a_mistake_in_the_file_names_file_and_value(tmp_path: Path, line: str, problem: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(line)
    with pytest.raises(BadParameter) as refused:
        read({}, file=file)
    assert str(refused.value) == problem.format(file=file)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("port = = 1")
    for file in (broken, tmp_path / "missing.toml"):
        with pytest.raises(BadParameter, match=file.name):
            read({}, file=file)


def test_days_are_kept_for_ever_or_for_a_week_at_least() -> None:
    assert [read({}).retention_days, read({"ANALYTICS_RETENTION_DAYS": "7"}).retention_days] == [0, 7]
