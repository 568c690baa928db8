"""Things that code reaches: functions, classes and modules, and what was read from each.

A thing is read once and shared by every fingerprint that reaches it. It knows its object
weakly, and so does all that it remembers: a fingerprint keeps no function alive.
"""

from collections.abc import Mapping
from itertools import chain
from types import FunctionType, MappingProxyType, ModuleType
from typing import Final, Protocol
from weakref import ref

from hbia_dsl.cache.code_digest import digest_of
from hbia_dsl.cache.code_memo import IdentityMemo
from hbia_dsl.cache.code_name import class_name, function_name, place_of_class, place_of_function

CodeObject = FunctionType | type | ModuleType
"""What can be a thing."""

Part = tuple[str, str]
"""Name of one part of a fingerprint, and a text that says what it is, or the digest of it."""

_LONGEST_TEXT: Final = 64

_NOTHING: Final[Mapping[str | int, "Look"]] = MappingProxyType({})


class Notes:
    """What is collected while something is read, in an order that follows from the code."""

    __slots__ = (
        "changes",
        "digest",
        "ids",
        "is_usual",
        "led",
        "limits",
        "parts",
        "placed",
        "reads_annotations",
        "reads_docstrings",
        "things",
        "unseen",
    )

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.things: list[Thing] = []
        """What it leads to, in the order of the code."""
        self.limits: list[str] = []
        """Sentences about what cannot be seen."""
        self.unseen: tuple[str, ...] = ()
        """Functions that do what cannot be seen, such as `time.time`: not yet in sentences."""
        self.placed: tuple[str, str] | None = None
        """The part that has a place in a file, without and with it."""
        self.reads_docstrings = False
        """Whether documentation strings matter to the code."""
        self.reads_annotations = False
        """Whether annotations of functions, as they are written, matter to the code."""
        self.is_usual = True
        """Whether there are no limits, changes and texts that matter, once it is sealed."""
        self.digest = b""
        """Of all parts, once it is sealed."""
        self.changes: Mapping[str | int, Look] = _NOTHING
        """What the code changes, as it was at first: by the name of the part, and by the number
        of the object or cell."""
        self.ids: dict[str, tuple[int, ...]] = {}
        """By part: the container that it stands for, and the cell that this lies in."""
        self.led: dict[str, frozenset[int]] = {}
        """By part: the things, by number, that nothing but objects in a container led to."""

    def add(self, name: str, text: str) -> None:
        """Add a part. A long text is not kept but its digest."""
        if len(text) > _LONGEST_TEXT:
            text = f"#{digest_of(text).hex()}"
        self.parts.append((name, text))

    def add_origin(self, origin: str) -> None:
        """Add the part of an installed package or of Python; it is its own text."""
        self.parts.append((origin, origin))

    def seal(self, name: str) -> None:
        """Compute the digest of all parts, in the name of the thing they belong to."""
        text = "\0".join([name, *chain.from_iterable(self.parts)])
        if text.count("\0") != 2 * len(self.parts):  # only a name made by hand could do that
            text = "\0".join(map(ascii, [name, *chain.from_iterable(self.parts)]))
        self.digest = digest_of(text)
        self.is_usual = not (
            self.limits or self.changes or self.reads_docstrings or self.reads_annotations
        )


class Look(Protocol):
    """A value that code changes, as it was at the first look of the process."""

    @property
    def text(self) -> str | None:
        """The value as text; None if there was none yet."""
        ...

    @property
    def things(self) -> tuple["Thing", ...]:
        """The functions and classes in it."""
        ...

    @property
    def limits(self) -> tuple[str, ...]:
        """Sentences about what cannot be seen of it."""
        ...

    def is_latest(self) -> bool:
        """Whether nothing happened that asks for another first look."""
        ...

    def is_of(self, value: object) -> bool:
        """Whether a value is still in the place of the one that was looked at."""
        ...


class Reading(Protocol):
    """What was read from a thing at one moment."""

    @property
    def notes(self) -> Notes:
        """What it contributes to a fingerprint and where it leads."""
        ...

    def holds(self, target: CodeObject) -> bool:
        """Whether reading the thing again would find the same."""
        ...


class Thing:
    """A function, a class or a module that is followed."""

    __slots__ = ("found", "kind", "name", "place", "reading", "target", "text")

    def __init__(self, target: CodeObject, kind: str, name: str, place: str | None) -> None:
        self.target: Final = ref(target)
        self.kind: Final = kind
        """`function`, `method`, `class` or `module`."""
        self.name: Final = name
        """Such as `app.text.clean`; what a wrapper wraps is part of its name."""
        self.text: Final = f"{kind} {name}"
        """Kind and name, as the part of a fingerprint is called."""
        self.place: Final = place
        """Such as `app/text.py`."""
        self.reading: Reading | None = None
        """What was read last."""
        self.found: object = None
        """The last fingerprint that began here."""

    def __repr__(self) -> str:
        return f"<{self.text}>"


_memo: Final[IdentityMemo[CodeObject, Thing]] = IdentityMemo()


def thing_of(target: CodeObject) -> Thing:
    """Return the thing that stands for a function, a class or a module."""
    return _memo.get(target) or _memo.keep(target, _made(target))


def known_thing(target: CodeObject) -> Thing | None:
    """Return the thing that stands for something if it was met before."""
    return _memo.get(target)


def _made(target: CodeObject) -> Thing:
    if isinstance(target, FunctionType):
        kind, name = function_name(target)
        return Thing(target, kind, name, place_of_function(target))
    if isinstance(target, ModuleType):
        return Thing(target, "module", target.__name__, None)
    return Thing(target, "class", class_name(target), place_of_class(target))
