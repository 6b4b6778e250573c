"""Words: names are the field's own, modules are nouns, durations carry their unit, docstrings inform."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.house.sources import Sources, Wrongs, nodes

# Whole identifiers of the private language that this package once spoke.
RETIRED = frozenset(
    """
    told believed asked shown settled settle settling heard sighting sightings wish wishes _greet _bury _grow
    truth Truth TruthStore TruthKeeper put_right care Care keeper Keeper begin_knowing notice _engage _turn
    suspect suspects Suspect Suspects SuspectStore SuspectKeeper SuspectKey recounting Recounting _people
    ledger Ledger _Together take_apart Wish SiteWish RulesWish Senses senses Seen Directory _robots _roll
    visitor_name formerly Names intern Order OrderStore OrderKind OrderState Orders orders
    Wiring wiring Parts parts_of ReadyAnswers Known Drawings Paper Scene Look Seldom TOLD_EACH
    InLane _Unheard WithDeadline is_behind contradicts signs Equipment equipment Origin Place Traits traits
    harmless masked somebody on_disk kit _told _asked _shown _settled
    """.split()
)
# In the rooms where they were words of our own.
_OLD_TABLES = frozenset({"counted", "waiting"})
RETIRED_IN = {
    "live": frozenset({"mark", "marks"}),
    "domain": _OLD_TABLES,
    "applying": _OLD_TABLES,
    "storage": _OLD_TABLES,
}
# A participle names no function: a function is a verb and its object.
PARTICIPLES = frozenset({"told", "asked", "settled", "kept", "seen", "known", "found", "shown", "made"})
GERUND_PACKAGES = {"collecting", "applying", "reporting", "administering", "importing", "operating"}
# Modules that end in -ing and name a thing.
NOUNS_IN_ING = frozenset({"provisioning"})
NO_ROOM_NAMES = {"common", "helper", "helpers", "misc", "util", "utils"}
_DURATION = re.compile(
    r"(^|_)(INTERVAL|TIMEOUT|RETENTION|WITHIN|EACH|WINDOW|AGE|PAUSE|LAG|DELAY|SECONDS|MINUTES|HOURS|DAYS|MS|"
    r"AFTER|HEARTBEAT|GRACE|TTL)(_|$)"
)
_STRINGS_AND_COMMENTS = re.compile(
    r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|--[^\n]*|//[^\n]*|/\*.*?\*/", re.S
)
_WORD = re.compile(r"(?<![\w$])[A-Za-z_]\w*")
SHORTEST_DOCSTRING = 5


def _identifiers(path: str, source: str) -> Iterator[tuple[int, str]]:
    """Yields line and identifier: Python's tokens; of SQL, Lua and JavaScript the words outside strings."""
    if path.endswith(".py"):
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.NAME:
                yield token.start[0], token.string
        return
    bare = _STRINGS_AND_COMMENTS.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), source)
    if path.endswith(".sql"):
        # A statement is an identifier too.
        names = re.findall(r"^-- name: (\w+)", source, re.M)
        yield from ((1, name) for name in names)
    for number, line in enumerate(bare.splitlines(), start=1):
        for found in _WORD.finditer(line):
            yield number, found.group()


def retired_words(sources: Sources) -> Wrongs:
    """Finds identifiers that words.md's table has retired."""
    wrongs = {}
    for path, source in sources.items():
        if "/migrations/" in path:
            # They are history: each stays as it was released.
            continue
        retired = RETIRED | RETIRED_IN.get(path.partition("/")[0], frozenset())
        for line, name in _identifiers(path, source):
            if name in retired:
                wrongs[f"{path}:{line}"] = f"{name} is a retired word"
    return wrongs


def participles(sources: Sources) -> Wrongs:
    """Finds functions that are named by a participle."""
    return {
        place: "a function is a verb and its object"
        for place, node in nodes(sources)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.lstrip("_") in PARTICIPLES
    }


def modules_that_are_no_nouns(sources: Sources) -> Wrongs:
    """Finds modules named by a gerund, or by what could be anything."""
    wrongs = {}
    for path in sources:
        parts = PurePosixPath(path).with_suffix("").parts
        for part in parts:
            if part.endswith("ing") and part not in GERUND_PACKAGES | NOUNS_IN_ING:
                wrongs[path] = "a module is a noun of what it holds"
        if NO_ROOM_NAMES & set(parts):
            wrongs[path] = "a room is named for what is in it"
    return wrongs


def bare_durations(sources: Sources) -> Wrongs:
    """Finds module constants that are durations and no `timedelta`."""
    wrongs = {}
    for path, source in sources.items():
        for node in ast.parse(source).body:
            if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
                continue
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            name = ast.unparse(target)
            if _DURATION.search(name) and _is_number(node.value):
                wrongs[f"{path}:{name}"] = "a duration is a timedelta"
    return wrongs


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_number(node.left) and _is_number(node.right)
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def riddles(sources: Sources) -> Wrongs:
    """Finds docstrings of fewer than five words, or that lean on another one."""
    wrongs = {}
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    for path, source in sources.items():
        tree = ast.parse(source)
        for node in ast.walk(tree):
            if not isinstance(node, documented) or (text := ast.get_docstring(node)) is None:
                continue
            name = getattr(node, "name", "")
            if name and (len(text.split()) < SHORTEST_DOCSTRING or text.startswith("The same")):
                wrongs[f"{path}:{name}"] = f"a docstring informs: {text.splitlines()[0]!r}"
    return wrongs
