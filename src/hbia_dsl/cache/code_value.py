"""Values that code reads, written as text: data by value, code in it by reference.

`value_digest` refuses functions and classes, but a table of functions is an everyday constant.
So containers and objects of the user's own classes are walked here, code in them is followed,
and only what was installed with a package is left to `value_digest`.
"""

import enum
import sys
from collections.abc import Iterable
from typing import Final

from hbia_dsl.cache.code_digest import ATOMS, atom_text, atoms_text
from hbia_dsl.cache.code_name import class_name, type_name
from hbia_dsl.cache.code_opened import Field, builtin_content, opened, state_of
from hbia_dsl.cache.code_origin import PYTHON, origin_of_name
from hbia_dsl.cache.code_reference import note_origin, reference_to
from hbia_dsl.cache.code_thing import Notes
from hbia_dsl.cache.value_digest import Undigestable, digest_value

DEEPEST: Final = 60
"""Levels that are walked; what lies deeper counts by its type."""

DEPENDS_ON: Final = "__hbia_depends_on__"
"""A class whose objects cannot be seen into may define a method of this name that returns what
stands for an object: functions, classes, values."""


class ValueText:
    """Writes values as text; the same text means the same to code that reads them."""

    __slots__ = ("_around", "_notes")

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._around: dict[int, int] = {}

    def write(self, value: object, where: str, depth: int = 0) -> str:
        """Return the text of a value.

        Args:
            value: Any value. It is only looked at.
            where: How a reader knows it, such as `app.client`.
            depth: How many values it lies in.
        """
        cls = type(value)
        if cls in ATOMS:
            return atom_text(value)
        code = reference_to(value, self._notes)
        if code is not None:
            return f"<{code}>"
        key = id(value)
        if key in self._around:
            return f"<up {depth - self._around[key]}>"
        if depth > DEEPEST:
            return self._by_type(value, where)
        self._around[key] = depth
        try:
            return self._write_inside(value, cls, where, depth)
        except RuntimeError:  # a container that another thread is changing
            return self._by_type(value, where)
        finally:
            del self._around[key]

    def _write_inside(self, value: object, cls: type, where: str, depth: int) -> str:
        if cls is list or cls is tuple:
            return self._sequence(value, where, depth)  # type: ignore[arg-type]  # as said above
        if cls is dict:
            return self._mapping(value, where, depth)  # type: ignore[arg-type]  # as said above
        if cls is set or cls is frozenset:
            return self._set(value, where, depth)  # type: ignore[arg-type]  # as said above
        if cls is object:
            return "<object>"  # a sentinel
        fields = opened(value, cls)
        if fields is None and issubclass(type(cls), enum.EnumMeta):
            fields = [("", getattr(value, "_name_", None) or getattr(value, "_value_", None))]
        if fields is not None:
            return self._fields(cls, fields, where, depth)
        if origin_of_name(cls.__module__) is None or _is_open(cls):
            return self._object(value, cls, where, depth)
        return self._foreign(value, cls, where, depth)

    def _sequence(self, value: list[object] | tuple[object, ...], where: str, depth: int) -> str:
        if ATOMS.issuperset(map(type, value)):
            return atoms_text(value)
        texts = ", ".join([self.write(item, where, depth + 1) for item in value])
        return f"({texts},)" if isinstance(value, tuple) else f"[{texts}]"

    def _mapping(self, value: dict[object, object], where: str, depth: int) -> str:
        if ATOMS.issuperset(map(type, value)) and ATOMS.issuperset(map(type, value.values())):
            return atoms_text(value)
        # The order counts: a program that walks over the mapping sees it.
        texts = [
            f"{self.write(key, where, depth + 1)}: {self.write(item, where, depth + 1)}"
            for key, item in value.items()
        ]
        return f"{{{', '.join(texts)}}}"

    def _set(self, value: Iterable[object], where: str, depth: int) -> str:
        if ATOMS.issuperset(map(type, value)):
            return f"{type(value).__name__}{{{', '.join(sorted(map(atom_text, value)))}}}"
        texts = sorted([self.write(item, where, depth + 1) for item in value])
        return f"{type(value).__name__}{{{', '.join(texts)}}}"

    def _fields(self, cls: type, fields: Iterable[Field], where: str, depth: int) -> str:
        name = self.write(cls, where, depth)
        texts = [
            f"{field}={self.write(item, f'{where}.{field}' if field else where, depth + 1)}"
            for field, item in fields
        ]
        return f"{name}({', '.join(texts)})"

    def _object(self, value: object, cls: type, where: str, depth: int) -> str:
        text = self._fields(cls, state_of(value, cls), where, depth)
        content = builtin_content(value, cls)
        if content is None:
            return text
        if content is value:  # a base written in C that keeps its data to itself
            return f"{text} {self._by_type(value, where)}"
        return f"{text} {self.write(content, where, depth + 1)}"

    def _foreign(self, value: object, cls: type, where: str, depth: int) -> str:
        try:
            return f"{class_name(cls)} {digest_value(value).hex()}"
        except Undigestable:
            pass
        public = public_name(value, cls)
        if public is not None:
            self._note_type(cls)
            return public
        depends_on = getattr(cls, DEPENDS_ON, None)
        if callable(depends_on):
            items = list(depends_on(value))
            return self._fields(cls, [("", item) for item in items], where, depth)
        text = self._by_type(value, where)
        wrapped = getattr(value, "__wrapped__", None)
        return text if wrapped is None else f"{text} {self.write(wrapped, where, depth + 1)}"

    def _by_type(self, value: object, where: str) -> str:
        cls = type(value)
        self._note_type(cls)
        self._notes.limits.append(f"cannot see inside `{where}` (a {type_name(cls)})")
        return f"a {class_name(cls)}"

    def _note_type(self, cls: type) -> None:
        origin = origin_of_name(cls.__module__)
        if origin is not None:
            note_origin(origin, self._notes)


def _is_open(cls: type) -> bool:
    """Return whether objects of an installed class hold nothing but what can be read."""
    if issubclass(cls, dict | list | tuple | set | frozenset):
        return origin_of_name(cls.__module__) is PYTHON  # `OrderedDict`, `defaultdict`
    return "__attrs_attrs__" in vars(cls) or "__dataclass_fields__" in vars(cls)


def public_name(value: object, cls: type) -> str | None:
    """Return the name of an object that a package gives to everybody, such as `numpy.sin`."""
    name = getattr(value, "__name__", None)
    if not isinstance(name, str):
        return None
    for module in (getattr(value, "__module__", None), cls.__module__):
        found = sys.modules.get(module) if isinstance(module, str) else None
        if found is not None and vars(found).get(name) is value:
            return f"{module}.{name}"
    return None
