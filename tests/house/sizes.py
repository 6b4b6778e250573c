"""Sizes that keep rooms small, in Python and in JavaScript."""

import ast
from collections.abc import Iterator

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from tests.house.sources import Sources, Wrongs, nodes

FILE_LINES = 300
FUNCTION_LINES = 40
PUBLIC_METHODS = 10
POSITIONAL_ARGUMENTS = 5
_JAVASCRIPT = Parser(Language(tree_sitter_javascript.language()))
_NO_STATEMENTS = {"comment", "import_statement", "empty_statement"}
_FUNCTIONS = {"function_declaration", "function_expression", "arrow_function", "method_definition"}


def full_files(sources: Sources) -> Wrongs:
    """Finds files that are too long, in any language."""
    lines = {path: len(source.splitlines()) for path, source in sources.items()}
    return {path: f"{count} lines of {FILE_LINES}" for path, count in lines.items() if count > FILE_LINES}


def long_functions(sources: Sources) -> Wrongs:
    """Finds Python functions that are too long."""
    wrongs = {}
    for place, node in nodes(sources):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                wrongs[place] = f"{lines} lines of {FUNCTION_LINES}"
    return wrongs


def _descendants(node: Node) -> Iterator[Node]:
    for child in node.children:
        yield child
        yield from _descendants(child)


def long_javascript_functions(sources: Sources) -> Wrongs:
    """Finds JavaScript functions that are too long; the one that wraps a whole file is a file."""
    wrongs = {}
    for path, source in sources.items():
        root = _JAVASCRIPT.parse(source.encode()).root_node
        for node in _descendants(root):
            lines = node.end_point.row - node.start_point.row + 1
            if node.type in _FUNCTIONS and lines > FUNCTION_LINES and not _wraps_file(root, node):
                wrongs[f"{path}:{node.start_point.row + 1}"] = f"{lines} lines of {FUNCTION_LINES}"
    return wrongs


def _wraps_file(root: Node, node: Node) -> bool:
    """Tells whether the file is this one function, called at once."""
    statements = [child for child in root.children if child.type not in _NO_STATEMENTS]
    inside = node.parent
    while inside is not None and inside.type not in _FUNCTIONS:
        inside = inside.parent
    return len(statements) == 1 and inside is None


def broad_classes(sources: Sources) -> Wrongs:
    """Finds classes with too many public methods."""
    wrongs = {}
    for place, node in nodes(sources):
        if isinstance(node, ast.ClassDef):
            methods = [part for part in node.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)]
            public = {method.name for method in methods if not method.name.startswith("_")}
            if len(public) > PUBLIC_METHODS:
                wrongs[place] = f"{len(public)} public methods of {PUBLIC_METHODS}"
    return wrongs


def crowded_calls(sources: Sources) -> Wrongs:
    """Finds calls with too many positional arguments."""
    wrongs = {}
    for place, node in nodes(sources):
        if isinstance(node, ast.Call):
            positional = sum(not isinstance(argument, ast.Starred) for argument in node.args)
            if positional > POSITIONAL_ARGUMENTS:
                wrongs[place] = f"line {node.lineno}: {positional} positional arguments"
    return wrongs
