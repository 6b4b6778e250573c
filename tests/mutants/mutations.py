"""Mutants: single changes of the code, as mutmut makes them, and two kinds more.

Mutmut turns comparisons and operators, makes numbers one more, texts others, values None, and leaves out
arguments. Here conditions are negated, too, and calls left out.

Left out by rule, since no test could or should notice:
- annotations, docstrings and what is computed as a module is imported: constants, fields, decorators,
  default values;
- what is written to the log;
- `strict=True` of `zip`, which only watches for mistakes;
- a text that differs in upper and lower case only, where its reader makes no difference: SQL, and names of
  encodings.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import Mutation, MutationVisitor, deep_replace
from mutmut.mutation.mutators import OPERATORS_TYPE, mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

CASELESS_READERS = frozenset({"execute", "executemany", "executescript", "encode", "decode", "read_text"})
SQL_FILES = frozenset({"row_sql.py", "filter_sql.py"})
"""Modules whose texts are parts of statements."""


@dataclass(frozen=True)
class Mutant:
    """A single change: its file, the function that it changes, and the file's whole source after it."""

    path: str
    function: str
    line: int
    before: str
    after: str
    kind: str
    source: str

    @property
    def name(self) -> str:
        """Where it is and what it changes, whatever stands in other lines."""
        return f"{self.path} {self.function}: {self.before} → {self.after}"


def _leave_out_call(node: cst.Expr) -> Iterable[cst.CSTNode]:
    if isinstance(node.value, cst.Call | cst.Await):
        yield cst.Pass()


def _negate(node: cst.If | cst.While | cst.CompIf) -> Iterable[cst.CSTNode]:
    whole = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    blank = "whitespace_after_while" if isinstance(node, cst.While) else "whitespace_before_test"
    negated = cst.UnaryOperation(cst.Not(), whole)
    yield node.with_changes(test=negated, **{blank: cst.SimpleWhitespace(" ")})


OPERATORS: OPERATORS_TYPE = [
    *mutation_operators,
    (cst.Expr, _leave_out_call),
    (cst.If, _negate),
    (cst.While, _negate),
    (cst.CompIf, _negate),
]


class _Visitor(MutationVisitor):
    """Mutmut's own, but it goes into decorated functions, too: mutmut cannot replace them, and we can."""

    def __init__(self, *, is_sql: bool) -> None:
        super().__init__(OPERATORS, IgnoredCode(set(), set(), set()))
        self._is_sql = is_sql
        self._caseless: set[cst.CSTNode] = set()
        self.lines: dict[int, slice] = {}

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Parameters | cst.Decorator | cst.Annotation):
            return True
        if isinstance(node, cst.Arg) and _is_strict(node):
            return True
        if _is_log(node) or (isinstance(node, cst.Expr) and _is_log(node.value)):
            return True
        callee = node.func if isinstance(node, cst.Call) else None
        if isinstance(callee, cst.Attribute) and callee.attr.value in CASELESS_READERS:
            self._caseless.update(argument.value for argument in node.args)
        return not isinstance(node, cst.FunctionDef) and super()._skip_node_and_children(node)

    def _create_mutations(self, node: cst.CSTNode) -> None:
        known = len(self.mutations)
        super()._create_mutations(node)
        if isinstance(node, cst.SimpleString) and (node in self._caseless or self._is_sql):
            made = self.mutations[known:]
            self.mutations[known:] = [one for one in made if not _is_recased(node, one.mutated_node)]
        if isinstance(node, cst.Call) and _has_strict(node):
            self.mutations[known:] = [one for one in self.mutations[known:] if _has_strict(one.mutated_node)]
        if len(self.mutations) > known:
            place = self.get_metadata(PositionProvider, node)
            self.lines[id(node)] = slice(place.start.line - 1, place.end.line)


def _is_log(node: cst.CSTNode) -> bool:
    callee = node.func if isinstance(node, cst.Call) else None
    return isinstance(callee, cst.Attribute) and getattr(callee.value, "value", "") == "log"


def _is_strict(argument: cst.Arg) -> bool:
    return argument.keyword is not None and argument.keyword.value == "strict"


def _has_strict(call: cst.CSTNode) -> bool:
    arguments = call.args if isinstance(call, cst.Call) else ()
    return any(_is_strict(one) and getattr(one.value, "value", "") == "True" for one in arguments)


def _is_recased(text: cst.SimpleString, mutated: cst.CSTNode) -> bool:
    return isinstance(mutated, cst.SimpleString) and mutated.value.lower() == text.value.lower()


def draw(package: Path, rooms: list[str], seed: int, count: int) -> list[Mutant]:
    """So many mutants of these packages, by chance but the same for the same seed and code; all for 0."""
    files = sorted(path for room in rooms for path in (package / room).rglob("*.py"))
    found = [(path, tree, one) for path in files for tree, ones in [_mutations(path)] for one in ones]
    count = min(count or len(found), len(found))
    chosen = random.Random(seed).sample(range(len(found)), count)
    return [_mutant(package, *found[index]) for index in chosen]


def find(package: Path, names: set[str]) -> list[Mutant]:
    """The mutants of these names, as far as the code still has what they change."""
    found: dict[str, Mutant] = {}
    for file in sorted({name.partition(" ")[0] for name in names}):
        befores = {
            name.partition(": ")[2].partition(" → ")[0] for name in names if name.startswith(f"{file} ")
        }
        if not (package / file).exists():
            continue
        lines = (package / file).read_text("utf-8").splitlines()
        visitor, tree = _visited(package / file)
        for one in _inside(visitor):
            changed = lines[visitor.lines[id(one.original_node)]]
            if (
                any(line.strip() in befores for line in changed)
                or " ".join(map(str.strip, changed)) in befores
            ):
                mutant = _mutant(package, package / file, tree, one)
                if mutant.name in names:
                    found.setdefault(mutant.name, mutant)
    return list(found.values())


def _mutations(path: Path) -> tuple[cst.Module, list[Mutation]]:
    visitor, tree = _visited(path)
    return tree, _inside(visitor)


def _visited(path: Path) -> tuple[_Visitor, cst.Module]:
    visitor = _Visitor(is_sql=path.name in SQL_FILES)
    return visitor, MetadataWrapper(cst.parse_module(path.read_text("utf-8"))).visit(visitor)


def _inside(visitor: _Visitor) -> list[Mutation]:
    """Mutations of functions: what stands outside is computed as the module is imported."""
    made = visitor.mutations
    return [one for one in made if isinstance(one.contained_by_top_level_function, cst.FunctionDef)]


def _mutant(package: Path, path: Path, tree: cst.Module, mutation: Mutation) -> Mutant:
    mutated = deep_replace(tree, mutation.original_node, mutation.mutated_node)
    assert isinstance(mutated, cst.Module)
    line, before, after = _difference(tree.code.splitlines(), mutated.code.splitlines())
    around = mutation.contained_by_top_level_function
    function = next(name for name, one in _functions(tree) if one is around)
    return Mutant(
        path=path.relative_to(package).as_posix(),
        function=function,
        line=line,
        before=before,
        after=after,
        kind=type(mutation.original_node).__name__,
        source=mutated.code,
    )


def _difference(before: list[str], after: list[str]) -> tuple[int, str, str]:
    """The first line that differs, and what differs before and after."""
    pairs = list(zip(before, after, strict=False))
    first = next((n for n, (old, new) in enumerate(pairs) if old != new), len(pairs))
    most = len(pairs) - first
    last = next((n for n in range(most) if before[-1 - n] != after[-1 - n]), most)
    old, new = before[first : len(before) - last], after[first : len(after) - last]
    return first + 1, " ".join(map(str.strip, old)), " ".join(map(str.strip, new))


def _functions(tree: cst.Module) -> Iterator[tuple[str, cst.FunctionDef]]:
    for child in tree.body:
        if isinstance(child, cst.FunctionDef):
            yield child.name.value, child
        elif isinstance(child, cst.ClassDef):
            for member in child.body.body:
                if isinstance(member, cst.FunctionDef):
                    yield f"{child.name.value}.{member.name.value}", member
