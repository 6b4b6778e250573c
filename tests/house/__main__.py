"""Prints the house's figures and whatever breaks its rules: `python -m tests.house [PREFIX …]`.

With `--write` it draws docs/architecture.svg and fills the generated parts of CONTRIBUTING.md anew.
"""

import sys

from tests.house import pages
from tests.house.words import retired_words
from tests.test_house import ARCHITECTURE, ROOT, SIZES, TOP, WORDS, files


def main(prefixes: list[str]) -> None:
    """Prints the table, then each place below one of the prefixes that breaks a rule."""
    package, tests = files(ROOT, "py"), files(TOP / "tests", "py")
    print(pages.figures_table(package, tests), end="")
    others = files(ROOT, "sql", "lua", "js") | {
        f"widget/{path}": text for path, text in files(TOP / "widget", "js").items()
    }
    checks = (*ARCHITECTURE, *SIZES, *WORDS)
    broken = {place: what for check in checks for place, what in check(package).items()}
    broken |= retired_words(others)
    broken |= {f"tests/{place}": what for check in SIZES for place, what in check(tests).items()}
    for place, what in broken.items():
        if not prefixes or place.startswith(tuple(prefixes)):
            print(f"{place}: {what}")


if sys.argv[1:] == ["--write"]:
    pages.write(TOP, files(ROOT, "py"), files(TOP / "tests", "py"))
else:
    main(sys.argv[1:])
