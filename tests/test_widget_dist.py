"""What is served is what the sources say, and it stays small."""

import gzip
import importlib.util
import json
import tomllib
from base64 import b64encode
from hashlib import sha384
from pathlib import Path

import brotli
import pytest

from analytics_service.domain.counter import Item

WIDGET = Path(__file__).parents[1] / "widget"
VERSION = tomllib.loads((WIDGET.parent / "pyproject.toml").read_text("utf-8"))["project"]["version"]
# Pages carry these with their integrity: not a byte of them may change. Each release adds its own.
RELEASED = {
    "0.1.0": "sha384-80luRLP0N81cB5fmegnsLps1Yw545BvvffSm4GPiBQuXPhNloOkKgoYHYf8j0kqr",
    "0.1.1": "sha384-lhx3k0Gd4AR/VrKvknsOotKmVW0tePzKnT2vcIaM/gNvtyN0xuJi4Izfnn2RA0xc",
}
BUDGETS = {"v.js": 1400, "w.js": 4096, "more.js": 1792, "f.js": 1024}
PARTS = ["texts", "feed", "element", "extras"]
LANGUAGES = sorted(path.stem for path in (WIDGET / "locales").glob("*.json"))
SCRIPTS = [
    *BUDGETS,
    f"v/{VERSION}.js",
    *(f"l/{language}.json" for language in LANGUAGES),
]


def built(folder: Path) -> None:
    spec = importlib.util.spec_from_file_location("widget_build", WIDGET / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.build(folder)


def test_the_committed_scripts_are_what_the_sources_give(tmp_path: Path) -> None:
    built(tmp_path)
    for name in SCRIPTS:
        assert (tmp_path / name).read_bytes() == (WIDGET / "dist" / name).read_bytes(), (
            "run: python widget/build.py"
        )


@pytest.mark.parametrize(("release", "integrity"), RELEASED.items())
def test_the_snippet_of_a_release_stays_as_it_is(release: str, integrity: str) -> None:
    script = (WIDGET / "dist" / "v" / f"{release}.js").read_bytes()
    assert "sha384-" + b64encode(sha384(script).digest()).decode() == integrity


@pytest.mark.parametrize("name", [*SCRIPTS, *(f"v/{release}.js" for release in RELEASED)])
def test_the_compressed_forms_hold_the_script(name: str) -> None:
    script = (WIDGET / "dist" / name).read_bytes()
    assert brotli.decompress((WIDGET / "dist" / f"{name}.br").read_bytes()) == script
    assert gzip.decompress((WIDGET / "dist" / f"{name}.gz").read_bytes()) == script


@pytest.mark.parametrize(("name", "budget"), BUDGETS.items())
def test_the_scripts_keep_their_budget(name: str, budget: int) -> None:
    assert len((WIDGET / "dist" / f"{name}.br").read_bytes()) <= budget


@pytest.mark.parametrize("source", ["tracker.js", *(f"visitor-stats/{part}.js" for part in PARTS)])
@pytest.mark.parametrize(
    "word", ["innerHTML", "eval(", "document.cookie", ".style", "outerHTML", "document.write"]
)
def test_the_scripts_do_no_harm_to_a_page(source: str, word: str) -> None:
    assert word not in (WIDGET / source).read_text("utf-8")


def test_every_language_has_a_text_for_each_of_the_others() -> None:
    texts = {
        language: json.loads((WIDGET / "locales" / f"{language}.json").read_text("utf-8"))
        for language in LANGUAGES
    }
    assert len(texts) == 15
    wanted = {"heading", *Item, "error", "stale", "sum", "last", "curve"}
    for language, told in texts.items():
        assert set(told) - {"dir"} == wanted, language
        assert all(told.values())
