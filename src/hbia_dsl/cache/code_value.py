"""Values that code reads, written as text: data by value, code in it by reference.

`value_digest` refuses functions and classes, but a table of functions is an everyday constant.
So containers and objects of the user's own classes are walked here, code in them is followed,
and only what was installed with a package is left to `value_digest`, or asked what it consists of.
"""

import enum
import hashlib
import sys
from collections.abc import Iterable
from types import BuiltinMethodType, MethodType
from typing import Final, NamedTuple

from hbia_dsl.cache.code_digest import ATOMS, atom_text, atoms_text, digest_of
from hbia_dsl.cache.code_large import LARGE, LargeValue, keep_large, known_large
from hbia_dsl.cache.code_name import class_name, type_name
from hbia_dsl.cache.code_opened import Field, builtin_content, opened, state_of
from hbia_dsl.cache.code_origin import PYTHON, is_foreign, origin_of_name
from hbia_dsl.cache.code_reduced import answers_itself, reduced
from hbia_dsl.cache.code_reference import note_origin, reference_to
from hbia_dsl.cache.code_thing import Notes
from hbia_dsl.cache.code_unseen import is_unseen
from hbia_dsl.cache.value_digest import Undigestable, digest_value

DEEPEST: Final = 60
"""Levels that are walked; what lies deeper counts by its type."""

DEPENDS_ON: Final = "__hbia_depends_on__"
"""A class whose objects cannot be seen into may define a method of this name that returns what
stands for an object: functions, classes, values."""


_LONGEST_TEXT: Final = 64
"""Of an object in another one; of a longer text only the digest is part of the text around it."""


_CONTAINERS: Final = frozenset({list, tuple, dict, set, frozenset})
_LONGEST_BYTES: Final = 1_024
"""Of more bytes the digest is written: it is much quicker than to write them out."""
MOST_ASKED: Final = 2_000
"""So many objects are asked what they consist of, for one value: 10 to 40 ms."""


_MOST_IN_SETS: Final = 100_000
"""Members of sets in sets that are written, for one value: a second. Objects that lead to each
other through sets have no order, and so each is looked at on every way that leads to it."""


class _HiddenError(Exception):
    """Something in an object that is looked at as a whole has no value."""


class _Again(NamedTuple):
    """An object that was written, and how it is written when it is met again."""

    value: object
    """Kept so that its number is not used again."""
    text: str
    points_up: bool
    """Whether something around it is a part of it."""


def plain_text(value: object) -> str | None:
    """Return the text of a container of numbers, texts and the like; None for anything else."""
    cls = type(value)
    try:
        if cls is list or cls is tuple:
            if ATOMS.issuperset(map(type, value)):  # type: ignore[call-overload]  # as said above
                return atoms_text(value)  # type: ignore[arg-type]  # as said above
        elif cls is dict:
            keys, items = value.keys(), value.values()  # type: ignore[attr-defined]  # a dict
            if ATOMS.issuperset(map(type, keys)) and ATOMS.issuperset(map(type, items)):
                return atoms_text(value)  # type: ignore[arg-type]  # as said above
        elif cls in _CONTAINERS and ATOMS.issuperset(map(type, value)):  # type: ignore[call-overload]  # a set
            return f"{cls.__name__}{{{', '.join(sorted(map(atom_text, value)))}}}"  # type: ignore[call-overload]  # a set
    except RuntimeError:  # another thread is changing it
        pass
    return None


class ValueText:
    """Writes values as text; the same text means the same to code that reads them."""

    __slots__ = ("_around", "_asked", "_in_sets", "_is_whole", "_notes", "_seen", "_sets", "_top")

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._around: dict[int, int] = {}
        self._seen: dict[int, _Again] = {}
        self._asked = self._sets = self._in_sets = 0
        self._is_whole = False
        """Whether all of what is written must have a value, or nothing of it counts."""
        self._top = 0
        """The highest of what is around and was met again, as a number of values around it."""

    def write(self, value: object, where: str, depth: int = 0) -> str:
        """Return the text of a value.

        Args:
            value: Any value. It is only looked at.
            where: How a reader knows it, such as `app.client`.
            depth: How many values it lies in.
        """
        cls = type(value)
        if cls in ATOMS:
            if isinstance(value, bytes) and len(value) > _LONGEST_BYTES:
                return f"bytes {hashlib.sha256(value).hexdigest()}"
            return atom_text(value)
        if cls in _CONTAINERS:
            plain = plain_text(value)
            if plain is not None:
                return plain
        code = reference_to(value, self._notes)
        if code is not None:
            return f"<{code}>"
        met = self._met(id(value), depth)
        if met is not None:
            return met
        if depth > DEEPEST:
            return self._by_type(value, where)
        return self._write_new(value, cls, where, depth)

    def _met(self, key: int, depth: int) -> str | None:
        """Return how a value is written that was met before."""
        if key in self._around:
            self._top = min(self._top, self._around[key])
            return f"<up {depth - self._around[key]}>"
        seen = self._seen.get(key)
        if seen is None:
            return None
        if seen.points_up:
            self._top = -1  # nobody knows any more what it points to
        return seen.text

    def _write_new(self, value: object, cls: type, where: str, depth: int) -> str:
        key = id(value)
        self._around[key] = depth
        around, self._top = self._top, depth
        mark = None if depth else self._mark()
        try:
            text = self._write_inside(value, cls, where, depth)
        except _HiddenError:
            if mark is None:
                raise
            self._return_to(mark)
            return self._by_type(value, where)
        except RuntimeError:  # a container that another thread is changing
            return self._by_type(value, where)
        finally:
            del self._around[key]
            points_up, self._top = self._top < depth, min(self._top, around)
        if depth == 0 or cls in _CONTAINERS:
            return text
        if len(text) <= _LONGEST_TEXT:
            if not points_up:
                self._seen[key] = _Again(value, text, points_up)
            return text
        text = f"#{digest_of(text).hex()}"
        # What points to something around it would mean something else at another place.
        again = f"<again {len(self._seen)}>" if points_up else text
        self._seen[key] = _Again(value, again, points_up)
        return text

    def _write_inside(self, value: object, cls: type, where: str, depth: int) -> str:
        if cls is list or cls is tuple:
            return self._sequence(value, where, depth)  # type: ignore[arg-type]  # as said above
        if cls is dict:
            return self._mapping(value, where, depth)  # type: ignore[arg-type]  # as said above
        if cls is set or cls is frozenset:
            return self._set(value, where, depth)  # type: ignore[arg-type]  # as said above
        if cls is object:
            return "<object>"  # a sentinel
        if cls in _METHODS:
            public = self._public(value, cls)
            if public is not None:
                return public
        fields = opened(value, cls)
        if fields is None and issubclass(type(cls), enum.EnumMeta):
            fields = [("", getattr(value, "_name_", None) or getattr(value, "_value_", None))]
        if fields is not None:
            return self._fields(cls, fields, where, depth)
        if origin_of_name(cls.__module__) is None or _is_open(cls):
            return self._object(value, cls, where, depth)
        return self._foreign(value, cls, where, depth)

    def _sequence(self, value: list[object] | tuple[object, ...], where: str, depth: int) -> str:
        texts = ", ".join([self.write(item, where, depth + 1) for item in value])
        return f"({texts},)" if isinstance(value, tuple) else f"[{texts}]"

    def _mapping(self, value: dict[object, object], where: str, depth: int) -> str:
        # The order counts: a program that walks over the mapping sees it.
        texts = [
            f"{self.write(key, where, depth + 1)}: {self.write(item, where, depth + 1)}"
            for key, item in list(value.items())
        ]
        return f"{{{', '.join(texts)}}}"

    def _set(self, value: Iterable[object], where: str, depth: int) -> str:
        self._sets += 1
        try:
            texts = sorted([self._member(item, where, depth + 1) for item in value])
        finally:
            self._sets -= 1
        return f"{type(value).__name__}{{{', '.join(texts)}}}"

    def _member(self, value: object, where: str, depth: int) -> str:
        """Return the text of a member of a set, as if it came first: the order is an accident."""
        if self._sets > 1:
            self._in_sets += 1
            if self._in_sets > _MOST_IN_SETS:
                raise _HiddenError
        before = len(self._seen)
        text = self.write(value, where, depth)
        self._forget_since(before)
        return text

    def _fields(self, cls: type, fields: Iterable[Field], where: str, depth: int) -> str:
        name = self.write(cls, where, depth)
        texts = [
            f"{field}={self.write(item, _place(where, field), depth + 1)}" for field, item in fields
        ]
        return f"{name}({', '.join(texts)})"

    def _object(self, value: object, cls: type, where: str, depth: int) -> str:
        is_whole, self._is_whole = self._is_whole, False
        try:
            text = self._fields(cls, state_of(value, cls), where, depth)
            content = builtin_content(value, cls)
            if content is None:
                return text
            if content is not value:
                return f"{text} {self.write(content, where, depth + 1)}"
            # A base written in C keeps its data to itself.
            inside = self._inside(value, cls, where, depth) if answers_itself(cls) else None
            return f"{text} {inside or self._by_type(value, where)}"
        finally:
            self._is_whole = is_whole

    def _foreign(self, value: object, cls: type, where: str, depth: int) -> str:
        try:
            return f"{class_name(cls)} {digest_value(value).hex()}"
        except Undigestable:
            pass
        public = self._public(value, cls)
        if public is not None:
            return public
        depends_on = getattr(cls, DEPENDS_ON, None)
        if callable(depends_on):
            items = list(depends_on(value))
            return self._fields(cls, [("", item) for item in items], where, depth)
        wrapped = getattr(value, "__wrapped__", None)
        if wrapped is not None:
            self._notes.reads_annotations = True  # it may go by those of what it wraps
        inside = self._inside(value, cls, where, depth) if depth else self._whole(value, cls, where)
        if inside is not None:
            return inside
        text = self._by_type(value, where)
        return text if wrapped is None else f"{text} {self.write(wrapped, where, depth + 1)}"

    def _whole(self, value: object, cls: type, where: str) -> str | None:
        """Do what `_inside` does for the value that is written itself; once if it is large."""
        outer, found = self._notes, known_large(value)
        if found is None:
            self._notes = Notes()
            try:
                text = self._inside(value, cls, where, 0)
                found = LargeValue.of(text, self._notes)
            finally:
                self._notes = outer
            if self._asked < LARGE:
                found.add_to(outer)
                return text
            keep_large(value, found)
        found.add_to(outer)
        if found.text is not None:
            outer.limits.append(f"`{where}` is large, so only its value at first counts")
        return found.text

    def _inside(self, value: object, cls: type, where: str, depth: int) -> str | None:
        """Return the text of all that an object consists of; None if it does not tell.

        It is all or nothing: an object with a lock or a socket in it is at work, and its other
        data are different ones from call to call.
        """
        notes, mark = self._notes, self._mark()
        things = len(notes.things)
        is_whole, self._is_whole = self._is_whole, True
        try:
            text = self._fields(cls, self._asked_for(value, cls), where, depth)
        except Exception:  # noqa: BLE001 - whatever its class raises, it does not tell
            self._return_to(mark)
            return None
        finally:
            self._is_whole = is_whole
        origin = origin_of_name(cls.__module__)
        if len(notes.things) > things and origin is not None and is_foreign(origin):
            notes.reads_annotations = True  # as a decorator of a package
        return text

    def _asked_for(self, value: object, cls: type) -> list[Field]:
        self._asked += 1
        if self._asked > MOST_ASKED:
            raise _HiddenError
        return reduced(value, cls)

    def _mark(self) -> tuple[int, int, int, int, tuple[str, ...]]:
        """Return what has been noted so far."""
        notes = self._notes
        return (
            *(len(notes.parts), len(notes.things), len(notes.limits), len(self._seen)),
            notes.unseen,
        )

    def _return_to(self, mark: tuple[int, int, int, int, tuple[str, ...]]) -> None:
        """Forget what was noted since."""
        notes = self._notes
        parts, things, limits, seen, notes.unseen = mark
        del notes.parts[parts:], notes.things[things:], notes.limits[limits:]
        self._forget_since(seen)

    def _forget_since(self, count: int) -> None:
        while len(self._seen) > count:
            self._seen.popitem()

    def _public(self, value: object, cls: type) -> str | None:
        found = public_name(value, cls)
        if found is None:
            return None
        self._note_module(found[0])
        if is_unseen(*found):
            self._notes.unseen += (".".join(found),)
        return ".".join(found)

    def _by_type(self, value: object, where: str) -> str:
        cls = type(value)
        if self._is_whole:
            raise _HiddenError
        self._note_module(cls.__module__)
        self._notes.limits.append(f"cannot see inside `{where}` (a {type_name(cls)})")
        return f"a {class_name(cls)}"

    def _note_module(self, name: str) -> None:
        origin = origin_of_name(name)
        if origin is not None:
            note_origin(origin, self._notes)


def _place(where: str, field: str) -> str:
    return f"{where}.{field}" if field.isidentifier() else where


def _is_open(cls: type) -> bool:
    """Return whether objects of an installed class hold nothing but what can be read."""
    if issubclass(cls, dict | list | tuple | set | frozenset):
        return origin_of_name(cls.__module__) is PYTHON  # `OrderedDict`, `defaultdict`
    return "__attrs_attrs__" in vars(cls) or "__dataclass_fields__" in vars(cls)


def public_name(value: object, cls: type) -> tuple[str, str] | None:
    """Return module and name of an object that a package gives to everybody: `numpy.sin`."""
    name = getattr(value, "__name__", None)
    if not isinstance(name, str):
        return None
    # A method that passes for a function lies in the module of its class: `random.randint`.
    owner = type(value.__self__) if isinstance(value, _METHODS) else cls
    for module in (getattr(value, "__module__", None), owner.__module__):
        found = sys.modules.get(module) if isinstance(module, str) else None
        if found is not None and vars(found).get(name) is value and _is_installed(module):
            return str(module), name
    return None


_METHODS: Final = (MethodType, BuiltinMethodType)


def _is_installed(module: object) -> bool:
    return origin_of_name(module) is not None
