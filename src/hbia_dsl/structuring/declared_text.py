"""What was declared, as text for a message: `list[User] | None`.

Short names only, the same on every machine. `typeforms` has a display of its own for
the wiring; this package knows nothing of it and needs far less.
"""

import enum
import types
import typing


def declared_text(form: object) -> str:
    """Spell a type form with short names.

    Args:
        form: Anything that can stand in an annotation.
    """
    if isinstance(form, list):  # the parameters of a Callable
        return f"[{', '.join(map(declared_text, form))}]"
    origin = typing.get_origin(form)
    if origin is None:
        return _bare_name(form)
    arguments = typing.get_args(form)
    if origin is typing.Union or origin is types.UnionType:
        return " | ".join(map(declared_text, arguments))
    if origin is typing.Literal:
        return choices_text(arguments)
    if origin is typing.Annotated:
        return declared_text(arguments[0])
    inside = ", ".join(map(declared_text, arguments))
    return f"{_bare_name(origin)}[{inside}]" if inside else _bare_name(origin)


def choices_text(choices: tuple[object, ...]) -> str:
    """Spell the declared choices of a Literal or an Enum: `'a' or 'b'`.

    Args:
        choices: At least one; of many only the first are shown.
    """
    most = 8
    shown = [ascii(c.value if isinstance(c, enum.Enum) else c) for c in choices[:most]]
    if len(choices) > most:
        return f"{', '.join(shown)} or {len(choices) - most} others"
    return " or ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def _bare_name(form: object) -> str:
    if form is None or form is types.NoneType:
        return "None"
    if form is ...:
        return "..."
    if isinstance(form, str):
        return form
    if isinstance(form, type):
        return form.__qualname__.rpartition("<locals>.")[2]
    for attribute in ("__forward_arg__", "__name__", "_name"):
        name = getattr(form, attribute, None)
        if isinstance(name, str):
            return name
    return type(form).__name__
