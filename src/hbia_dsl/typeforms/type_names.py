"""Types by their names in documents: `int`, `list[int]`, `str?`, `int | str`.

Nothing is evaluated: a text is taken apart by this small grammar, and each name is looked
up in one table.

    union    = nullable { "|" nullable }
    nullable = part [ "?" ]
    part     = name [ "[" union { "," union } "]" ]
"""

import re
import types
import typing
from collections.abc import Mapping
from functools import lru_cache, reduce
from operator import or_
from typing import Final

import attrs

from hbia_dsl.diagnostics.near_miss import did_you_mean

TYPE_BY_NAME: Final[Mapping[str, object]] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "dict": dict,
    "list": list,
    "tuple": tuple,
    "set": set,
    "bytes": bytes,
    "none": None,
    "None": None,
    "any": typing.Any,
}
"""The names that the original system knows, and `any`."""

LONGEST_TYPE: Final = 200
"""Characters in the text of a type, at the most."""
DEEPEST_TYPE: Final = 10
"""How deep brackets may be nested."""

_ARITY: Final[Mapping[str, int]] = {"list": 1, "set": 1, "dict": 2, "tuple": 0}
"""How many element types a name takes; 0 for any number."""
_TOKEN: Final = re.compile(r"\s*(?:(?P<word>\w+)|(?P<sign>\.\.\.|[\[\],|?]))")
_OTHER_WORDS: Final[Mapping[str, str]] = {
    "string": "str",
    "text": "str",
    "integer": "int",
    "number": "float",
    "double": "float",
    "boolean": "bool",
    "array": "list",
    "object": "dict",
    "mapping": "dict",
    "null": "none",
}
"""What people write who come from elsewhere."""


@attrs.frozen
class TypeNameError(Exception):
    """A text that is not the name of a type."""

    reason: str
    """Half a sentence, such as "nobody knows `itn`"."""
    advice: str = ""
    """What to do, if that is known already."""
    unknown: str = ""
    """The name that nobody knows, if it is that."""
    is_unknown: bool = False
    """Whether it is one single word that is no type, so it may not be meant as a type at all."""

    @property
    def help(self) -> str:
        """What to do; found when asked for, because near names take a moment to find."""
        if self.advice:
            return self.advice
        meant = _OTHER_WORDS.get(self.unknown.lower())
        known = ", ".join(name for name in TYPE_BY_NAME if name != "None")
        near = f"did you mean `{meant}`?" if meant else did_you_mean(self.unknown, TYPE_BY_NAME)
        return near or f"types are {known}"


def type_of_name(name: str) -> object | None:
    """Return the type form of a name, or None if it is none that is known."""
    try:
        return read_type_name(name)
    except TypeNameError:
        return None


@lru_cache(maxsize=512)
def read_type_name(text: str) -> object:
    """Return the type form of a name.

    Raises:
        TypeNameError: It is none.

    Example:
        >>> read_type_name("dict[str, list[int]?]")
        dict[str, list[int] | None]
    """
    if len(text) > LONGEST_TYPE:
        raise TypeNameError(f"it has more than {LONGEST_TYPE} characters", "write `dict` or `any`")
    reader = _Reader(text)
    form = reader.union(0)
    if reader.upcoming:
        raise reader.unexpected()
    return types.NoneType if form is None else form


class _Reader:
    """Reads one text from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.upcoming = ""
        """What comes next; empty at the end."""
        self._advance()

    def union(self, depth: int) -> object:
        """Read alternatives."""
        forms = [self._nullable(depth)]
        while self.upcoming == "|":
            self._advance()
            forms.append(self._nullable(depth))
        return forms[0] if len(forms) == 1 else _either(forms)

    def _nullable(self, depth: int) -> object:
        form = self._part(depth)
        if self.upcoming != "?":
            return form
        self._advance()
        return _either([form, None])

    def _part(self, depth: int) -> object:
        name = self.upcoming
        if not name[:1].isalnum() and not name.startswith("_"):
            raise self.unexpected()
        if name not in TYPE_BY_NAME:
            raise self._unknown(name)
        self._advance()
        form = TYPE_BY_NAME[name]
        if self.upcoming != "[":
            return form
        if name not in _ARITY:
            raise TypeNameError(f"`{name}` takes no types in brackets", f"write `{name}` alone")
        if depth >= DEEPEST_TYPE:
            raise TypeNameError("its brackets are nested too deeply", "write `any` inside")
        return self._with_elements(name, depth + 1)

    def _with_elements(self, name: str, depth: int) -> object:
        elements: list[object] = []
        while self.upcoming in {"[", ","} and len(elements) < LONGEST_TYPE:
            self._advance()
            if self.upcoming == "..." and name == "tuple" and len(elements) == 1:
                elements.append(...)
                self._advance()
                break
            elements.append(self.union(depth))
        if self.upcoming != "]":
            raise self.unexpected()
        self._advance()
        wanted = _ARITY[name]
        if wanted and len(elements) != wanted:
            shown = {"list": "list[int]", "set": "set[int]", "dict": "dict[str, int]"}[name]
            reason = f"`{name}` takes {wanted} type{'s' if wanted > 1 else ''} in brackets"
            raise TypeNameError(f"{reason}, not {len(elements)}", f"write it like `{shown}`")
        parts = tuple(types.NoneType if element is None else element for element in elements)
        return types.GenericAlias(typing.cast("type", TYPE_BY_NAME[name]), parts)

    def _advance(self) -> None:
        match = _TOKEN.match(self._text, self._at)
        if match is not None:
            self.upcoming = match["word"] or match["sign"]
            self._at = match.end()
            return
        # A character that no token has stands for itself, and nothing expects it.
        self.upcoming = self._text[self._at :].strip()[:1]

    def unexpected(self) -> TypeNameError:
        """Return the error for what comes next."""
        found = self.upcoming if self.upcoming.isprintable() else "\N{REPLACEMENT CHARACTER}"
        reason = f"`{found}` cannot be there" if found else "it ends too early"
        return TypeNameError(
            reason, "write types like `int`, `str?`, `list[int]`, `dict[str, int]`"
        )

    def _unknown(self, name: str) -> TypeNameError:
        is_alone = self._text.strip() == name
        return TypeNameError(f"nobody knows `{name}`", unknown=name, is_unknown=is_alone)


def _either(forms: list[object]) -> object:
    if typing.Any in forms:
        return typing.Any  # `any` includes all others, and `Any | None` would say no more
    return reduce(or_, [types.NoneType if form is None else form for form in forms])
