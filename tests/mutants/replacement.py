"""Puts a mutant in the place of the function that it changes, whoever holds that function already."""

import gc
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType

from tests.mutants.mutations import Mutant

Functions = dict[tuple[str, str, int], list[FunctionType]]
"""All functions that were defined, by their file, their qualified name and the line in which each begins."""


def find_functions(package: Path) -> Functions:
    found: Functions = {}
    for one in gc.get_objects():
        if type(one) is FunctionType and one.__code__.co_filename.startswith(str(package)):
            code = one.__code__
            found.setdefault((code.co_filename, code.co_qualname, code.co_firstlineno), []).append(one)
    return found


def replace_function(mutant: Mutant, package: Path, functions: Functions) -> bool:
    """Gives each such function the mutant's code; false if there is none, or its code fits none."""
    path = str(package / mutant.path)
    changed = False
    for code in _codes(compile(mutant.source, path, "exec", dont_inherit=True)):
        if code.co_qualname != mutant.function:
            continue
        for function in functions.get((path, code.co_qualname, code.co_firstlineno), []):
            if function.__code__ != code and function.__code__.co_freevars == code.co_freevars:
                function.__code__ = code
                changed = True
    return changed


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)
