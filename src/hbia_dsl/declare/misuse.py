"""What is said about a decorator, or `out`, that was given something it cannot use."""

from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import (
    BAD_VERTEX_NAME,
    MISUSED_DECORATOR,
    DiagnosticCode,
)
from hbia_dsl.diagnostics.location import declaration_line
from hbia_dsl.errors import DeclarationError


def misuse(fn: object, message: str, help_: str) -> DeclarationError:
    """Describe a misused decorator, at the line of the function that it is on.

    Args:
        fn: What was decorated; if it has no place of its own, the place is the caller's.
        message: What is wrong.
        help_: What to write instead.
    """
    return _declaration_error(MISUSED_DECORATOR, fn, message, help_)


def bad_name(fn: object, name: object, what: str, help_: str | None = None) -> DeclarationError:
    """Describe something that cannot be used as a name; see `misuse`.

    Args:
        fn: What was decorated.
        name: The name as given.
        what: What it would have been the name of: "a vertex".
        help_: What to write instead, if that is not only another spelling.
    """
    shown = repr(name) if isinstance(name, str) else f"a {type(name).__name__}"
    message = f"{shown} cannot be the name of {what}"
    spelling = "use letters, digits and underscores, starting with a letter"
    return _declaration_error(BAD_VERTEX_NAME, fn, message, help_ or spelling)


def named(fn: object) -> str:
    """Return the name of a function as a message shows it, or what it is if it has none."""
    name = getattr(_inner(fn), "__name__", None)
    return f"`{name}`" if isinstance(name, str) else f"a {type(fn).__name__}"


def _declaration_error(
    code: DiagnosticCode, fn: object, message: str, help_: str
) -> DeclarationError:
    inner = _inner(fn)
    place = declaration_line(inner) if callable(inner) else None
    place = caller_location() if place is None else place
    return DeclarationError(Diagnostic(code, message, location=place, help=help_))


def _inner(fn: object) -> object:
    return fn.__func__ if isinstance(fn, staticmethod | classmethod) else fn
