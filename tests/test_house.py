"""The house holds: floors, faces, drivers, purity, sizes, words.

The checks are in `tests/house/`. Each is first shown a small wrong sample, in `tests/house/samples.py`, and
must bite.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house import contracts, diagram, floors, mirrors, pages, sizes, words
from tests.house.samples import RIGHT, SKETCHES, WRONG, WRONG_JAVASCRIPT, WRONG_WORDS
from tests.house.sources import PACKAGE, Sources, Wrongs, imports_of, module_of

TOP = Path(__file__).parent.parent
ROOT = TOP / PACKAGE
LANGUAGES = ("sql", "lua", "js")

# "path", "path:qualified.name" or "path:imported.module", and why it may.
EXCEPTIONS: dict[str, str] = dict.fromkeys(
    (
        "tests/fixtures/make_release_0_1_0.py",
        "tests/fixtures/make_release_0_1_0.py:Plan.engage",
        "tests/fixtures/make_release_0_1_0.py:Plan.event",
        "tests/fixtures/make_release_0_1_0.py:_at_the_seams",
        "tests/fixtures/make_release_0_1_0.py:Old.make_sites",
        "tests/fixtures/make_release_0_1_0.py:Old._serve_once",
    ),
    "It runs beside release 0.1.0 alone, made once and kept as it ran.",
)

Check = Callable[[Sources], Wrongs]
ARCHITECTURE: tuple[Check, ...] = (
    floors.crossed_floors,
    floors.implementations_named,
    floors.storage_opened,
    floors.impurities,
    floors.stray_drivers,
    floors.code_in_faces,
)
SIZES: tuple[Check, ...] = (
    sizes.full_files,
    sizes.long_functions,
    sizes.broad_classes,
    sizes.crowded_calls,
)
WORDS: tuple[Check, ...] = (
    words.retired_words,
    words.participles,
    words.modules_that_are_no_nouns,
    words.bare_durations,
    words.riddles,
)


def files(folder: Path, *suffixes: str) -> dict[str, str]:
    found = sorted(path for suffix in suffixes for path in folder.rglob(f"*.{suffix}"))
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in found
        if not {"dist", "node_modules", "output"} & set(path.relative_to(folder).parts)
    }


@pytest.fixture(scope="module")
def package() -> dict[str, str]:
    return files(ROOT, "py")


@pytest.fixture(scope="module")
def tests() -> dict[str, str]:
    return files(TOP / "tests", "py")


@pytest.fixture(scope="module")
def others() -> dict[str, str]:
    """What is not Python: the package's SQL, Lua and JavaScript, and the widget's sources."""
    return files(ROOT, *LANGUAGES) | {
        f"widget/{path}": text for path, text in files(TOP / "widget", "js").items()
    }


def broken(found: Wrongs) -> Wrongs:
    return {place: what for place, what in found.items() if place not in EXCEPTIONS}


def test_the_package_is_there(package, tests, others):
    assert len(package) >= 100
    assert len(tests) >= 80
    assert {path.rpartition(".")[2] for path in others} == set(LANGUAGES)


@pytest.mark.parametrize("check", [*ARCHITECTURE, *SIZES, *WORDS])
def test_the_house_holds(check, package):
    assert broken(check(package)) == {}


@pytest.mark.parametrize("check", SIZES)
def test_the_sizes_hold_in_tests_too(check, tests):
    wrongs = {f"tests/{place}": what for place, what in check(tests).items()}
    assert broken(wrongs) == {}


def test_words_and_sizes_hold_in_other_languages(others):
    scripts = {path: text for path, text in others.items() if path.endswith(".js")}
    assert broken(words.retired_words(others)) == {}
    # Migrations are history: each stays as it was released, however long it is.
    assert broken(sizes.full_files(others)) == {}
    assert broken(sizes.long_javascript_functions(scripts)) == {}


def test_every_port_has_a_contract_suite(package, tests):
    assert contracts.ports_without_suite(package, tests) == {}


def test_tests_stand_under_the_name_of_what_they_test(package, tests):
    assert mirrors.tests_without_module(package, tests) == {}


def test_a_test_of_nothing_is_found():
    package = {"live/redis.py": "", "web/api/gate.py": ""}
    right = {
        "live/test_redis.py": "",
        "live/test_redis_server.py": "",
        "web/test_api.py": "",
        "faults/test_kill.py": "",
    }
    assert mirrors.tests_without_module(package, right) == {}
    assert list(mirrors.tests_without_module(package, {"live/test_reddish.py": ""})) == [
        "live/test_reddish.py"
    ]


def test_every_exception_is_needed_and_has_a_reason(package, tests, others):
    found = {place for check in (*ARCHITECTURE, *SIZES, *WORDS) for place in check(package)}
    found |= {f"tests/{place}" for check in SIZES for place in check(tests)}
    found |= set(words.retired_words(others)) | set(sizes.full_files(others))
    found |= set(
        sizes.long_javascript_functions({path: text for path, text in others.items() if path.endswith(".js")})
    )
    assert EXCEPTIONS.keys() - found == set()
    assert all(EXCEPTIONS.values())


@pytest.mark.parametrize(("check", "path", "source", "place"), [*WRONG, *WRONG_WORDS, *WRONG_JAVASCRIPT])
def test_each_check_bites(check, path, source, place):
    assert list(check({path: source})) == [path + place]


def test_a_port_without_a_suite_is_found():
    package = {"ports/live.py": "from typing import Protocol\nclass Live(Protocol):\n    x: int"}
    assert list(contracts.ports_without_suite(package, {})) == ["ports/live.py:Live"]
    suite = {"contracts/test_live.py": "from analytics_service.ports.live import Live\n"}
    assert contracts.ports_without_suite(package, suite) == {}


@pytest.mark.parametrize("check", [*ARCHITECTURE, *SIZES, *WORDS])
def test_no_check_bites_what_is_right(check):
    assert check(RIGHT) == {}


@pytest.mark.parametrize("path", SKETCHES)
def test_what_comes_next_fits(path, package):
    """A dialect, a system page and an importer import what each needs without a violation."""
    sketch = {path: SKETCHES[path]}
    assert {place: what for check in ARCHITECTURE for place, what in check(sketch).items()} == {}
    # What it imports is there.
    modules = {".".join((PACKAGE, *module_of(one))) for one in package}
    named = {name for name in imports_of(path, SKETCHES[path]) if name.startswith(PACKAGE)}
    assert named <= modules


def test_layers_and_drawing_are_those_of_the_code(package):
    """`python -m tests.house --write` writes them anew."""
    page = (TOP / pages.PAGE).read_text("utf-8")
    assert pages.part(page, "layers") == pages.layers(package)
    assert pages.part(page, "modules") == f"\n{pages.modules(package)}\n"
    assert (TOP / pages.DRAWING).read_text("utf-8") == diagram.architecture(package)


def test_the_figures_in_contributing_are_not_stale(package, tests):
    page = (TOP / pages.PAGE).read_text("utf-8")
    stale = pages.stale_figures(page, package, tests)
    assert stale == {}


def test_stale_figures_are_found():
    package = {"web/counter.py": "def f():\n    return 1\n"}
    table = "| | |\n|---|---|\n" + pages.figures_table(package, {})
    page = f"<!-- figures -->\n{table}<!-- /figures -->"
    assert pages.stale_figures(page, package, {}) == {}
    assert pages.stale_figures(page.replace("| files | 1 |", "| files | 2 |"), package, {}) == {
        "files": ("2", "1")
    }
    renamed = page.replace("| lines |", "| rows |")
    assert pages.stale_figures(renamed, package, {}).keys() == {"lines", "rows"}
