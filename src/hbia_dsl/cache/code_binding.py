"""What a name stands for: noted as a part, and remembered so that a change is noticed.

Between two runs of one process a helper may be replaced: a module is reloaded, a test patches
it, a notebook defines it again. So each name is looked up again and compared with what it stood
for: by identity where that is enough, by value where a value may change in place.
"""

from re import Pattern
from types import FunctionType, ModuleType
from typing import Final
from weakref import ReferenceType, ref

from hbia_dsl.cache.code_changes import CONTAINERS
from hbia_dsl.cache.code_digest import ATOMS, atom_text
from hbia_dsl.cache.code_name import type_name
from hbia_dsl.cache.code_reference import reference_to
from hbia_dsl.cache.code_thing import Look, Notes, Thing, known_thing
from hbia_dsl.cache.code_value import ValueText, plain_text


class Absent:
    """Stands for a name that is not there."""

    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = Absent()


class HeldByValue:
    """Remembers a value that may be changed in place, and what code it holds."""

    __slots__ = ("text", "things")

    def __init__(self, text: str, things: tuple[Thing, ...]) -> None:
        self.text: Final = text
        self.things: Final = things

    def matches(self, value: object) -> bool:
        """Return whether a value means the same as the one that was read."""
        plain = plain_text(value)
        if plain is not None:
            return plain == self.text
        notes = Notes()
        try:
            code = reference_to(value, notes)
            text = f"<{code}>" if code is not None else ValueText(notes).write(value, "")
        except Exception:  # noqa: BLE001 - the value's own class raises while it is read
            return False
        # Equal texts name the same functions; they must also be the same objects.
        return text == self.text and tuple(notes.things) == self.things


class HeldAtFirst:
    """Remembers how a value was at the first look, and which functions and classes it holds now."""

    __slots__ = ("_look", "_things")

    def __init__(self, look: Look, things: tuple[Thing, ...]) -> None:
        self._look: Final = look
        self._things: Final = things

    def matches(self, value: object) -> bool:
        """Return whether it is the same container, with the same functions and classes in it."""
        if not self._look.is_of(value):
            return False
        notes = Notes()
        _note_code_in(value, notes)
        return tuple(notes.things) == self._things


class HeldByType:
    """Remembers no more than the class of a value that cannot be read."""

    __slots__ = ("_cls",)

    def __init__(self, cls: type) -> None:
        self._cls: Final = ref(cls)

    def matches(self, value: object) -> bool:
        """Return whether a value is of the same class."""
        return type(value) is self._cls()


Held = object
"""What recognises a value: the value itself if it is an atom, a weak reference to a function,
class or module, or a `HeldByValue`."""


def bind(kind: str, label: str, value: object, notes: Notes) -> Held:
    """Note what a name stands for.

    Args:
        kind: What the part is called: `constant`, `closure`, `default`, ...
        label: The rest of its name, such as `app.text.STOPWORDS`.
        value: What the name stands for.
        notes: Where it is noted.

    Returns:
        What `is_held` needs to recognise the value.
    """
    cls = type(value)
    try:
        if cls in ATOMS:
            notes.add(f"{kind} {label}", atom_text(value))
            return value
        if cls is FunctionType and kind == "constant":  # the short way, for most
            thing = known_thing(value)  # type: ignore[arg-type]  # a function, as said above
            if thing is not None:
                notes.things.append(thing)
                if thing.name != label:
                    notes.add(f"name {label}", thing.text)
                return thing.target
        return _bind_object(kind, label, value, notes)
    except Exception as error:  # noqa: BLE001 - the value's own class raises while it is read
        notes.add(f"{kind} {label}", f"unreadable {type_name(cls)}")
        notes.limits.append(f"cannot read `{label}` (a {type_name(cls)}: {type(error).__name__})")
        return HeldByType(cls)


def bind_changed(kind: str, label: str, value: object, look: Look, notes: Notes) -> Held:
    """Note a name whose value the code itself changes: its first value counts, and code in it.

    Args:
        kind: What the part is called, as for `bind`.
        label: Its name, such as `app.calls`.
        value: What it stands for now.
        look: What it stood for at the first look.
        notes: Where it is noted.
    """
    before = len(notes.things)
    notes.limits += [limit_of_changed(label), *look.limits]
    if look.text is not None:
        notes.parts.append((f"{kind} {label}", look.text))
    _note_code_in(value, notes)
    things = tuple(notes.things[before:])
    notes.things += look.things
    return HeldAtFirst(look, things)


def limit_of_changed(label: str) -> str:
    """Say that what a name stands for later does not count."""
    return f"`{label}` is changed by the code itself, so only its value at first counts"


def _note_code_in(value: object, notes: Notes) -> None:
    """Note the functions and classes that a container holds, or a function or class itself."""
    items: list[object] = [value]
    if isinstance(value, CONTAINERS):
        items = list(value.values() if isinstance(value, dict) else value)
    for item in items:
        if isinstance(item, FunctionType | type):
            reference_to(item, notes)


def _bind_object(kind: str, label: str, value: object, notes: Notes) -> Held:
    part = f"{kind} {label}"
    plain = plain_text(value)
    if plain is not None:
        notes.add(part, plain)
        notes.ids[part] = (id(value),)
        if type(value) in (tuple, frozenset):
            return value  # nobody can change it, so it is itself that recognises it
        return HeldByValue(plain, ())
    before = len(notes.things)
    code = reference_to(value, notes)
    if code is not None:
        if kind != "constant":
            notes.add(f"{kind} {label}", f"<{code}>")
        elif code.partition(" ")[2] != label:
            notes.add(f"name {label}", code)  # an alias; else the thing speaks for itself
        if isinstance(value, FunctionType | type | ModuleType):
            return ref(value)
        return HeldByValue(f"<{code}>", tuple(notes.things[before:]))
    text = ValueText(notes).write(value, label)
    notes.add(part, text)
    notes.ids[part] = (id(value),)
    if len(notes.things) > before:
        direct = Notes()
        _note_code_in(value, direct)
        notes.led[part] = frozenset(
            at for at in range(before, len(notes.things)) if notes.things[at] not in direct.things
        )
    if type(value) is Pattern:
        return value  # as above
    return HeldByValue(text, tuple(notes.things[before:]))


def is_held(value: object, held: Held) -> bool:
    """Return whether a value is the one that was bound, and unchanged."""
    if value is held:
        return True
    kind = type(held)
    if kind is ReferenceType:
        return value is not None and held() is value  # type: ignore[operator]  # a weak reference
    if isinstance(held, HeldByValue | HeldByType | HeldAtFirst):
        return held.matches(value)
    # Equal texts or numbers need not be one object, such as after a module was reloaded.
    return type(value) is kind and kind in ATOMS and atom_text(value) == atom_text(held)
