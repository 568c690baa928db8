"""Where a field of a class was written.

Used only when a problem is reported: it reads and parses the file of the class.
"""

import ast
import linecache
import sys

from hbia_dsl.diagnostics.location import Location


def place_of_field(cls: type, name: str | None) -> Location | None:
    """Return the place of a field, or of the class if it has no such field of its own.

    Args:
        cls: The class.
        name: The field; None for the class itself.

    Returns:
        None if the source of the class cannot be found.
    """
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    definition = None if file is None else _definition(file, cls.__name__)
    if file is None or definition is None:
        return None
    for statement in definition.body:
        if (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and statement.target.id == name
        ):
            return _marked(file, statement, f"field `{name}`")
    return Location(file, definition.lineno)


def _definition(file: str, name: str) -> ast.ClassDef | None:
    try:
        tree = ast.parse("".join(linecache.getlines(file)), file)
    except (SyntaxError, ValueError):
        return None
    found = [i for i in ast.walk(tree) if isinstance(i, ast.ClassDef) and i.name == name]
    # None: the class was made by a call. Several: nothing says which of them it is.
    return found[0] if len(found) == 1 else None


def _marked(file: str, statement: ast.AnnAssign, subject: str) -> Location:
    line = linecache.getline(file, statement.lineno).encode()
    end = statement.annotation.end_col_offset
    if end is None or statement.annotation.end_lineno != statement.lineno:
        end = len(line.rstrip())
    # ast counts bytes; a mark under the text wants characters.
    start = len(line[: statement.col_offset].decode(errors="replace"))
    width = len(line[statement.col_offset : end].decode(errors="replace"))
    return Location(file, statement.lineno, start, max(width, 1), subject)
