"""Find a function, and a parameter of it, in a source file.

Used only when a problem is reported: it reads and parses the file, so that the
declaring and wiring of a flow need not.
"""

import ast
import linecache
from functools import lru_cache

from hbia_dsl.diagnostics.location import Location


def place_in_source(file: str, first_line: int, name: str, parameter: str | None) -> Location:
    """Return the place of a function's name, or of one of its parameters.

    Args:
        file: The file of the code object.
        first_line: Its first line: that of the first decorator, if there are any.
        name: The function's name, `<lambda>` for a lambda.
        parameter: The parameter to mark; "return" for the returned annotation; None
            for the name itself.
    """
    fallback = Location(file, first_line, subject=_subject(parameter))
    definition = _definition(file, first_line, name)
    if definition is None:
        return fallback
    if parameter == "return" and not isinstance(definition, ast.Lambda) and definition.returns:
        return _marked(file, definition.returns, "the returned type")
    argument = _argument(definition.args, parameter) if parameter else None
    if argument is not None:
        return _marked(file, argument, _subject(parameter))
    if isinstance(definition, ast.Lambda):
        return _marked(file, definition, _subject(parameter))
    column = _text(file, definition.lineno).find(definition.name, definition.col_offset)
    return Location(
        file, definition.lineno, max(column, 0), len(definition.name), _subject(parameter)
    )


def source_line(file: str, line: int) -> str | None:
    """Return the text of a line without its ending, or None if it cannot be read."""
    text = linecache.getline(file, line)
    return text.rstrip() if text else None


_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def _definition(file: str, first_line: int, name: str) -> _Definition | None:
    lines = linecache.getlines(file)
    return _definitions(file, len(lines), hash(tuple(lines))).get((first_line, name))


@lru_cache(maxsize=32)
def _definitions(file: str, count: int, digest: int) -> dict[tuple[int, str], _Definition]:
    """List the functions of a file by first line and name.

    Number and digest of the lines are part of the key because files change.
    """
    del count, digest
    try:
        tree = ast.parse("".join(linecache.getlines(file)), file)
    except (SyntaxError, ValueError):
        return {}
    found: dict[tuple[int, str], _Definition] = {}
    for item in ast.walk(tree):
        if isinstance(item, ast.Lambda):
            found[item.lineno, "<lambda>"] = item
        elif isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
            decorators = [d.lineno for d in item.decorator_list]
            found[min([item.lineno, *decorators]), item.name] = item
    return found


def _argument(arguments: ast.arguments, name: str) -> ast.arg | None:
    candidates = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    candidates += [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
    return next((a for a in candidates if a.arg == name), None)


def _marked(file: str, item: ast.expr | ast.arg, subject: str | None) -> Location:
    line = _text(file, item.lineno)
    # ast counts bytes; a mark under the text wants characters.
    start = len(line.encode()[: item.col_offset].decode(errors="replace"))
    one_line = item.end_lineno == item.lineno and item.end_col_offset is not None
    end = (
        len(line.encode()[: item.end_col_offset].decode(errors="replace"))
        if one_line
        else len(line.rstrip())
    )
    return Location(file, item.lineno, start, max(end - start, 1), subject)


def _text(file: str, line: int) -> str:
    return linecache.getline(file, line)


def _subject(parameter: str | None) -> str | None:
    return None if parameter is None else f"parameter `{parameter}`"
