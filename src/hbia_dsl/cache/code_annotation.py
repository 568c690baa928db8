"""Classes that values come in with: those that annotations name.

A method that is called on a parameter cannot be found from the code that calls it; the
annotation of the parameter says where it is.
"""

from collections.abc import Iterable, Iterator
from types import FunctionType, GenericAlias
from typing import Final, NewType, get_args

from hbia_dsl.cache.code_binding import bind
from hbia_dsl.cache.code_origin import origin_of_name
from hbia_dsl.cache.code_thing import CodeObject, Notes, known_thing, thing_of
from hbia_dsl.typeforms.annotation_text import annotations_of, holds_text, own_annotations
from hbia_dsl.typeforms.hint_reading import read_class_hints, read_hints

_PLAIN: Final = frozenset({"int", "str", "float", "bool", "bytes", "None", "object"})
"""Annotations written as text that need no lookup."""
_PLAIN_CLASSES: Final = frozenset(
    {int, str, float, bool, bytes, complex, list, tuple, dict, set, frozenset, object, type(None)}
)
_PLAIN_FORMS: Final = frozenset(map(id, _PLAIN_CLASSES))
"""Their numbers: what lies in a form may have no hash."""


def note_annotations(fn: FunctionType, notes: Notes) -> None:
    """Note the user's own classes that the annotations of a function name."""
    forms = [form for form in annotations_of(fn).values() if not _is_plain(form)]
    if forms:
        if any(map(_holds_text, forms)):
            hints = read_hints(fn)
            forms = [f for f in (*hints.parameters.values(), hints.returns) if not _is_plain(f)]
        _note(forms, notes)


def note_class_annotations(cls: type, notes: Notes) -> None:
    """Note the user's own classes that the annotations in a class body name."""
    own = own_annotations(cls)
    forms = [form for form in own.values() if not _is_plain(form)]
    if forms:
        if any(map(_holds_text, forms)):
            hints = read_class_hints(cls).parameters
            forms = [hints[name] for name in own if name in hints and not _is_plain(hints[name])]
        _note(forms, notes)


def annotations_as_notes(target: CodeObject, name: str) -> Notes:
    """Return what annotations say to code that reads them: as written, and what they name.

    Args:
        target: A function or class.
        name: How parts name it.

    Returns:
        A part, if there are any annotations; the functions and classes in them; and what of
        them cannot be seen.
    """
    said: dict[str, object] = {}
    if isinstance(target, FunctionType):
        said.update(annotations_of(target))
        if "__signature__" in target.__dict__:  # `inspect.signature` believes it
            said["()"] = target.__dict__["__signature__"]
        if any(map(_holds_text, said.values())):
            hints = read_hints(target)
            said[""] = [*hints.parameters.items(), hints.returns]
    elif isinstance(target, type):  # as they are written they count anyhow
        said.update(read_class_hints(target).parameters)
    notes = Notes()
    if said:
        bind("annotations of", name, said, notes)
    return notes


def _is_plain(form: object) -> bool:
    """Return whether a form cannot name a class of the user, as most do not."""
    kind = type(form)
    if kind is type:
        return form in _PLAIN_CLASSES
    if kind is GenericAlias:
        inside = form.__args__  # type: ignore[attr-defined]  # a generic alias, as said above
        return _PLAIN_FORMS.issuperset(map(id, inside))
    return form is None or (kind is str and form in _PLAIN)


def _holds_text(form: object) -> bool:
    return type(form) is not type and holds_text(form)


def _note(forms: Iterable[object], notes: Notes) -> None:
    for form in forms:
        if type(form) is type:  # the short way, for most
            thing = known_thing(form)
            if thing is None and origin_of_name(form.__module__) is None:
                thing = thing_of(form)
            if thing is not None:
                notes.things.append(thing)
        else:
            notes.things.extend(map(thing_of, _own_classes(form, 0)))


def _own_classes(form: object, depth: int) -> Iterator[type]:
    if type(form) is type or (isinstance(form, type) and not get_args(form)):
        if origin_of_name(form.__module__) is None:
            yield form
        return
    if depth > 20:  # a form that holds itself
        return
    inside = [form.__supertype__] if isinstance(form, NewType) else list(get_args(form))
    origin = getattr(form, "__origin__", None)
    for part in (*inside, origin):
        if isinstance(part, list | tuple):
            for item in part:
                yield from _own_classes(item, depth + 1)
        elif part is not None:
            yield from _own_classes(part, depth + 1)
