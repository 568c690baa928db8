"""Generates pairs of annotations, about a third of them assignable, from a seed.

A form is a small tree. A pair is made by taking a form and a supertype of it, a form and
a variation of it, or two unrelated forms; otherwise nearly every pair would be a no.
"""

import random
from collections.abc import Callable, Iterator
from typing import Final

import attrs

ANY_LENGTH: Final = "..."

HEADER: Final = """\
from collections import ChainMap, Counter, OrderedDict, UserDict, UserString, defaultdict, deque
from collections.abc import (
    AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Collection, Container,
    Coroutine, Generator, Hashable, ItemsView, Iterable, Iterator, KeysView, Mapping,
    MutableMapping, MutableSequence, MutableSet, Reversible, Sequence, Set as AbstractSet, Sized,
    ValuesView,
)
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from fractions import Fraction
from functools import partial
from io import StringIO, TextIOWrapper
from numbers import Integral, Number
from os import PathLike
from pathlib import Path, PurePath
from queue import Queue
from re import Match, Pattern
from types import FunctionType, MappingProxyType, ModuleType
from typing import (
    IO, Annotated, Any, BinaryIO, DefaultDict, Deque, Dict, FrozenSet, List, Literal, LiteralString,
    Never, NoReturn, Optional, SupportsAbs, SupportsBytes, SupportsComplex, SupportsFloat,
    SupportsIndex, SupportsInt, SupportsRound, TextIO, Tuple, Type, Union,
)
from uuid import UUID
from typeform_world import *
"""
"""Imports under which every generated annotation has a meaning."""


@attrs.frozen
class Form:
    """An annotation as a tree: a name, and what stands in its brackets."""

    head: str
    parts: "tuple[Form, ...]" = ()


def text(form: Form) -> str:
    """The annotation as source."""
    inner = [text(part) for part in form.parts]
    match form.head:
        case "|":
            return f"Union[{', '.join(inner)}]"
        case "Callable" if inner:
            *parameters, returns = inner
            listed = "..." if parameters == [ANY_LENGTH] else f"[{', '.join(parameters)}]"
            return f"Callable[{listed}, {returns}]"
        case head:
            return f"{head}[{', '.join(inner)}]" if inner else head


_USERS = ("User", "Admin", "Owner", "Guest", "Order", "Boss")
_NUMBERS = ("int", "bool", "float", "complex", "UserId", "AdminId", "OrderId", "Price", "Count", "Ratio")
_STRINGS = ("str", "Title", "Text", "bytes", "LiteralString")
_LITERALS = (
    "Literal['a']", "Literal['a', 'b']", "Literal['b']", "Literal[1]", "Literal[True]", "Literal[1, 'a']",
    "Literal[True, False]", "Literal[Color.RED]", "Literal[Color.RED, Color.GREEN]", "Literal[None]",
    "Literal[Single.ONLY]", "Literal[b'a']", "Literal[Rank.LOW, Rank.HIGH]", "Literal[False]",
)  # fmt: skip
_ENUMS = ("Color", "Rank", "Word", "Single", "Access")
_RECORDS = (
    "Movie", "MovieWithRating", "MovieMaybeRating", "PartialMovie", "NamedMovie", "ScoredMovie",
    "FixedMovie", "OpenMovie", "UserCell", "Point", "LabelledPoint", "Scored", "Loose", "Account",
    "FrozenAccount", "SavingsAccount", "Row", "FrozenRow", "Corner", "Segment", "Series",
)  # fmt: skip
_PROTOCOLS = (
    "Named", "ReadsName", "MaybeNamed", "ReadsMaybeName", "SetsName", "Tagged", "Closes", "Greets",
    "GreetsLoudly", "GreetsByKeyword", "GreetsOptionally", "GreetsMany", "GreetsAnyhow", "Fetches",
    "Makes", "Measures", "Shows", "Handles", "HandlesNamed", "Linked", "Copies", "Compares", "Empty",
    "Hashable", "Sized", "SupportsInt", "SupportsFloat", "SupportsIndex", "SupportsAbs[int]",
    "PathLike[str]", "PathLike[bytes]", "Hooked", "ReadsHook", "CallsAnyhow", "CallsWithBoth", "Parses",
    "Equal", "ClosesAndGreets", "SupportsBytes", "SupportsComplex", "SupportsRound[int]",
)  # fmt: skip
_IMPLEMENTERS = (
    "Person", "MaybePerson", "NumberedPerson", "FinalPerson", "ClassPerson", "InferredPerson",
    "PropertyPerson", "SettablePerson", "CachedPerson", "StringPerson", "InitPerson", "Connection",
    "NoisyConnection", "SlowConnection", "StaticConnection", "FormalGreeter", "RenamedGreeter",
    "WideGreeter", "NarrowGreeter", "OptionalGreeter", "DemandingGreeter", "LenientGreeter",
    "VariadicGreeter", "KeywordGreeter", "AnyhowGreeter", "UntypedGreeter", "Fetcher",
    "PlainFetcher", "Maker", "MethodMaker", "UserGetter", "AdminPutter", "UserHolder", "Bag",
    "Handler", "NamedHandler", "Link", "OddLink", "Copy", "SetCopy", "Unhashable", "Waiting",
    "Stream", "Guard", "Session", "Folder", "Path", "PurePath", "AnyhowCaller", "EventCaller",
    "FieldHook", "MethodHook", "PropertyHook", "Parser", "Guesses", "Polite", "Manages", "Equals",
    "UserGetterByName", "Plain",
)  # fmt: skip
_OTHERS = (
    "None", "Any", "object", "Never", "Decimal", "datetime", "date", "Fraction", "Number",
    "Integral", "bytearray", "memoryview", "range", "type", "Marked", "Meta", "Virtual",
    "Registered", "Dynamic", "UserBox", "AdminSource", "Users", "UserList", "Walk", "Names",
    "UserMap", "MaybeUser", "UserOrOrder", "Callback", "People", "Json", "Tree", "Exception",
    "ValueError", "list", "dict", "Sequence", "Box", "tuple", "Callable", "UserString",
    "Both", "Spoken", "Nested", "Written", "Defaulted", "Converter[[int], str]", "Shelf[int, str]",
    "Converter", "Shelf", "tuple[int, *tuple[str, ...]]", "IO[str]", "TextIO", "BinaryIO", "TextIOWrapper",
    "StringIO", "Pattern[str]", "Match[bytes]", "Queue[int]", "ExceptionGroup[ValueError]", "UUID", "timedelta",
    "Mapping", "Generator", "partial[int]", "property", "FunctionType", "ModuleType",
    "Optional[User]", "List[User]", "Dict[str, User]", "Tuple[int, ...]", "Type[User]", "FrozenSet[int]",
    "DefaultDict[str, int]", "Deque[int]", "Literal['a'] | Literal['c']", "User | None", "NoReturn", "Text",
)  # fmt: skip
LEAVES: Final = (_USERS, _NUMBERS, _STRINGS, _LITERALS, _ENUMS, _RECORDS, _IMPLEMENTERS, _OTHERS)

ONE_PART: Final = (
    "list", "set", "frozenset", "Sequence", "MutableSequence", "Iterable", "Iterator", "Collection",
    "Container", "Reversible", "AbstractSet", "MutableSet", "deque", "Counter", "KeysView",
    "ValuesView", "Awaitable", "AsyncIterator", "AsyncIterable", "Box", "Source", "Sink", "SubBox",
    "ListBox", "Stack", "Frame", "Table", "Later", "Cell", "Couple", "Wallet", "Gets", "Puts",
    "Holds", "Iterates", "Pairs", "AbstractContextManager", "enumerate",
    "Defaulted", "Reading", "Reads", "GenericBag", "FrozenWallet", "Parcel", "Grows", "Grown", "Joins", "Joined",
)  # fmt: skip
TWO_PARTS: Final = (
    "dict", "Mapping", "MutableMapping", "defaultdict", "OrderedDict", "ItemsView", "Entry",
    "AsyncGenerator", "ChainMap", "MappingProxyType", "UserDict", "Swapped",
)  # fmt: skip
THREE_PARTS: Final = ("Generator", "Coroutine")

_SUPERTYPES: Final[dict[str, tuple[str, ...]]] = {
    "Admin": ("User",), "Owner": ("Admin", "User"), "Guest": ("User",), "Boss": ("Admin", "User"),
    "bool": ("int", "float", "Literal[True, False]"), "int": ("float", "complex", "Hashable"),
    "float": ("complex",), "UserId": ("int", "float"), "AdminId": ("UserId", "int"),
    "OrderId": ("int",), "Price": ("float",), "Count": ("int", "float"), "Ratio": ("float",),
    "Title": ("str",), "Text": ("str",), "LiteralString": ("str",), "Rank": ("int", "IntEnum"),
    "Word": ("str", "StrEnum"), "Color": ("Enum", "Literal[Color.RED, Color.GREEN]"),
    "Literal['a']": ("str", "Literal['a', 'b']"), "Literal[1]": ("int", "Literal[1, 'a']"),
    "Literal[True]": ("bool", "int", "Literal[True, False]"), "Literal[Color.RED]": ("Color",),
    "Single": ("Literal[Single.ONLY, None]",), "MovieWithRating": ("Movie",),
    "MovieMaybeRating": ("Movie",), "Movie": ("FixedMovie", "OpenMovie", "Mapping[str, object]"),
    "NamedMovie": ("PartialMovie", "OpenMovie"), "PartialMovie": ("NamedMovie", "OpenMovie"),
    "UserCell": ("Cell[User]",), "LabelledPoint": ("Point", "tuple[int, int]"),
    "Point": ("tuple[int, int]", "tuple[float, object]", "tuple[int, ...]", "Sequence[int]"),
    "Scored": ("tuple[User, float]", "Collection[object]"), "Loose": ("tuple[Any, Any]",),
    "Corner": ("tuple[int, int]", "Sequence[float]"), "Segment": ("tuple[int, str]", "tuple[object, ...]"),
    "Series": ("tuple[float, ...]", "Sequence[float]"), "SavingsAccount": ("FrozenAccount",),
    "Account": ("Named", "ReadsName"), "FrozenAccount": ("ReadsName", "Hashable", "Named"),
    "Row": ("Named",), "FrozenRow": ("ReadsName", "Named", "Hashable"),
    "Person": ("Named", "SetsName", "ReadsMaybeName", "MaybeNamed"), "FinalPerson": ("Named", "ReadsName"),
    "MaybePerson": ("MaybeNamed", "ReadsMaybeName"), "NumberedPerson": ("Named",),
    "ClassPerson": ("ReadsName", "Named", "Tagged"), "InferredPerson": ("Named", "ReadsName", "Tagged"),
    "PropertyPerson": ("ReadsName", "Named"), "SettablePerson": ("SetsName", "Named", "ReadsName"),
    "CachedPerson": ("ReadsName", "Named"), "StringPerson": ("Named", "ReadsMaybeName"),
    "InitPerson": ("Named",), "Connection": ("Closes",), "NoisyConnection": ("Closes",),
    "SlowConnection": ("Closes",), "StaticConnection": ("Closes",),
    "Fetcher": ("Fetches",), "PlainFetcher": ("Fetches",), "Maker": ("Makes",), "MethodMaker": ("Makes",),
    "UserGetter": ("Gets[User]", "Gets[object]"), "AdminPutter": ("Puts[Owner]", "Puts[Admin]", "Puts[User]"),
    "UserHolder": ("Holds[User]", "Holds[object]"), "Bag": ("Iterable[User]", "Collection[Admin]", "Sized", "Iterates[User]"),
    "Handler": ("Handles", "HandlesNamed", "Callable[[int], str]"),
    "NamedHandler": ("HandlesNamed", "Handles", "Callable[[bool], str]"),
    "Link": ("Linked",), "OddLink": ("Linked",), "Copy": ("Copies",), "SetCopy": ("Copies",),
    "Unhashable": ("Hashable",), "Waiting": ("Awaitable[User]",), "Stream": ("AsyncIterable[User]",),
    "Guard": ("AbstractContextManager[Guard, None]", "AbstractContextManager[object]"),
    "Session": ("AbstractContextManager[User, None]", "AbstractContextManager[User, bool]"),
    "Folder": ("PathLike[str]",), "Path": ("PathLike[str]", "PurePath"), "UserBox": ("Box[User]",),
    "AdminSource": ("Source[Admin]", "Source[User]", "Gets[User]"), "Users": ("Sequence[User]", "Iterable[object]"),
    "UserList": ("list[User]", "Sequence[User]"), "Walk": ("Iterator[User]", "Iterable[User]"),
    "Names": ("list[str]", "Sequence[str]"), "Marked": ("object",), "Meta": ("type", "type[object]"),
    "Registered": ("Virtual",), "Fraction": ("Number",), "datetime": ("date",), "ValueError": ("Exception",),
    "str": ("Sequence[str]", "Iterable[str]", "Hashable", "Shows", "Measures"), "range": ("Sequence[int]",),
    "bytes": ("Sequence[int]", "Hashable"), "bytearray": ("MutableSequence[int]", "bytes"), "memoryview": ("Sequence[int]", "bytes"),
    "People": ("list[User]",), "Callback": ("Callable[[Admin], float]",), "MaybeUser": ("MaybePerson",),
    "AnyhowCaller": ("CallsAnyhow", "Handles", "HandlesNamed", "CallsWithBoth", "Callable[[int, int], float]"),
    "EventCaller": ("CallsWithBoth", "HandlesNamed", "Handles"), "Parser": ("Parses",),
    "FieldHook": ("Hooked", "ReadsHook"), "MethodHook": ("Hooked", "ReadsHook"), "PropertyHook": ("Hooked", "ReadsHook"),
    "Guesses": ("Named", "ReadsName", "Closes"), "Polite": ("ClosesAndGreets", "Closes"), "Manages": ("Closes",),
    "Equals": ("Equal", "Hashable"), "UserGetterByName": ("Gets[User]", "Gets[object]"), "Plain": ("Named", "Hashable"),
    "Both": ("Box[User]", "Source[User]"), "Spoken": ("NamedMovie", "Movie"), "Written": ("tuple[int, int]", "tuple[int, bool]"),
    "TextIO": ("IO[str]",), "TextIOWrapper": ("TextIO", "IO[str]"), "StringIO": ("TextIO",), "BinaryIO": ("IO[bytes]",),
    "partial[int]": ("Callable[..., int]", "Callable[[str], float]"),
    "ExceptionGroup[ValueError]": ("ExceptionGroup[Exception]", "Exception"), "List[User]": ("list[User]",),
    "Optional[User]": ("User | None", "MaybeUser"), "Dict[str, User]": ("UserMap",), "Deque[int]": ("deque[int]",),
    "Defaulted": ("Defaulted[int]",), "FunctionType": ("Callable[[int], str]",), "Generator": ("Iterator[User]",),
    "Decimal": ("SupportsFloat", "SupportsInt"), "None": ("Hashable", "Shows", "Empty"),
    "UserString": ("Sequence[str]", "Sequence[UserString]"), "Json": ("Union[int, str, None, list[Json], dict[str, Json]]",),
    "Tree": ("tuple[int, Union[Tree, None]]", "tuple[object, ...]"), "type": ("type[User]", "Callable[[int], User]"),
    "tuple[()]": ("tuple[int, ...]", "Sequence[str]", "tuple", "Sized"),
}  # fmt: skip
for _greeter in ("FormalGreeter", "RenamedGreeter", "WideGreeter", "NarrowGreeter", "OptionalGreeter",
                 "DemandingGreeter", "LenientGreeter", "VariadicGreeter", "KeywordGreeter",
                 "AnyhowGreeter", "UntypedGreeter"):  # fmt: skip
    _SUPERTYPES[_greeter] = tuple(name for name in _PROTOCOLS if name.startswith("Greets"))

_WIDER: Final[dict[str, tuple[str, ...]]] = {
    "list": ("MutableSequence", "Sequence", "Iterable", "Collection", "Reversible", "Iterates"),
    "Stack": ("list", "MutableSequence", "Sequence"), "deque": ("MutableSequence", "Sequence"),
    "set": ("MutableSet", "AbstractSet", "Collection", "Iterable"),
    "frozenset": ("AbstractSet", "Collection", "Container"),
    "Sequence": ("Collection", "Reversible", "Iterable", "Iterates"), "AbstractSet": ("Collection",),
    "Iterator": ("Iterable",), "KeysView": ("AbstractSet", "Iterable"), "ValuesView": ("Collection",),
    "SubBox": ("Box", "Holds"), "Box": ("Holds",), "Source": ("Gets",), "Sink": ("Puts",), "Wallet": ("Holds",),
    "AsyncIterator": ("AsyncIterable",), "Later": ("Awaitable",), "enumerate": ("Iterator",),
    "Couple": ("Sequence", "Collection"), "Reading": ("Reads",), "FrozenWallet": ("Reads", "Holds"), "Parcel": ("Holds", "Reads"),
    "GenericBag": ("Iterates", "Iterable"), "Grown": ("Grows",), "Joined": ("Joins",), "Swapped": ("Entry",),
    "dict": ("MutableMapping", "Mapping"), "defaultdict": ("dict", "Mapping"), "OrderedDict": ("dict",),
    "ChainMap": ("MutableMapping",), "MappingProxyType": ("Mapping",), "UserDict": ("MutableMapping", "Mapping"),
    "Mapping": ("Collection", "Iterable"), "ItemsView": ("AbstractSet",), "AsyncGenerator": ("AsyncIterator",),
    "Generator": ("Iterator", "Iterable"), "Coroutine": ("Awaitable",), "Counter": ("Mapping",), "Frame": ("Mapping",),
    "Table": ("Mapping",), "Cell": ("Mapping",),
}  # fmt: skip


class PairGenerator:
    """Makes forms and pairs of forms from one source of randomness."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def pairs(self, count: int) -> Iterator[tuple[Form, Form]]:
        """Yield pairs: the type of a value, and the annotation that it is to feed."""
        for _ in range(count):
            yield self._pair()

    def _pair(self) -> tuple[Form, Form]:
        chance = self._random.random()
        form = self.form(self._random.choice((0, 1, 1, 2, 2, 3)))
        if chance < 0.38:
            return form, self.wider(form)
        if chance < 0.50:
            return self.wider(form), form
        if chance < 0.76:
            return form, self.varied(self.wider(form))
        if chance < 0.84:
            return form, Form(self._random.choice(_PROTOCOLS))
        return form, self.form(self._random.choice((0, 1, 2)))

    def form(self, depth: int) -> Form:
        """Make a form of at most this depth."""
        if depth <= 0:
            return self._leaf()
        inner = lambda: self.form(self._random.randint(0, depth - 1))  # noqa: E731 - short and local
        kind = self._random.randint(0, 13)
        if kind <= 4:
            return Form(self._random.choice(ONE_PART), (inner(),))
        if kind <= 6:
            return Form(self._random.choice(TWO_PARTS), (inner(), inner()))
        if kind == 7:
            return Form(self._random.choice(THREE_PARTS), (inner(), inner(), inner()))
        if kind == 8:
            return self._tuple(inner)
        if kind <= 10:
            return self._union([inner() for _ in range(self._random.choice((1, 2, 2, 3)))])
        if kind == 11:
            return self._callable(inner)
        if kind == 12:
            return Form("Annotated", (inner(), Form("'note'")))
        return self._class_object()

    def wider(self, form: Form) -> Form:
        """Make what is probably a supertype of a form."""
        chance = self._random.random()
        if chance < 0.06:
            return Form(self._random.choice(("object", "Any")))
        if chance < 0.16:
            return self._union([self._wider_at_top(form), self._leaf()])
        return self._wider_at_top(form)

    def varied(self, form: Form) -> Form:
        """Make a form that differs somewhere from this one, if only in a leaf."""
        if not form.parts or form.head in ("Annotated", "type"):
            return self._leaf() if self._random.random() < 0.5 else self._narrower(form)
        at = self._random.randrange(len(form.parts))
        if form.parts[at].head in (ANY_LENGTH,):
            return form
        parts = (*form.parts[:at], self.varied(form.parts[at]), *form.parts[at + 1 :])
        return Form(form.head, parts)

    def _leaf(self) -> Form:
        if self._random.random() < 0.08:
            return Form(self._random.choice(_PROTOCOLS))
        return Form(self._random.choice(self._random.choice(LEAVES)))

    def _tuple(self, inner: Callable[[], Form]) -> Form:
        length = self._random.choice((0, 1, 2, 2, 3, -1, -1))
        if length < 0:
            return Form("tuple", (inner(), Form(ANY_LENGTH)))
        return Form("tuple", tuple(inner() for _ in range(length))) if length else Form("tuple[()]")

    def _union(self, items: list[Form]) -> Form:
        if self._random.random() < 0.3:
            items.append(Form("None"))
        return Form("|", tuple(dict.fromkeys(items)))

    def _callable(self, inner: Callable[[], Form]) -> Form:
        if self._random.random() < 0.2:
            return Form("Callable", (Form(ANY_LENGTH), inner()))
        parameters = [inner() for _ in range(self._random.choice((0, 1, 1, 2)))]
        return Form("Callable", (*parameters, inner()))

    def _class_object(self) -> Form:
        names = ("User", "Admin", "Order", "int", "bool", "str", "Color", "Any", "object", "Marked", "Point", "Account", "Users")  # fmt: skip
        return Form("type", (Form(self._random.choice(names)),))

    def _wider_at_top(self, form: Form) -> Form:
        if self._random.random() < 0.1:
            return form
        if not form.parts:
            known = _SUPERTYPES.get(form.head)
            return Form(self._random.choice(known)) if known else form
        match form.head:
            case "|":
                return self._union([self._wider_at_top(part) for part in form.parts])
            case "Callable":
                *parameters, returns = form.parts
                if parameters == [Form(ANY_LENGTH)] or self._random.random() < 0.1:
                    return Form("Callable", (Form(ANY_LENGTH), self.wider(returns)))
                narrowed = (self._narrower(parameter) for parameter in parameters)
                return Form("Callable", (*narrowed, self.wider(returns)))
            case "type":
                return Form("type", (self._wider_class(form.parts[0]),))
            case "Annotated":
                return self.wider(form.parts[0])
            case "tuple":
                return self._wider_tuple(form)
            case _:
                return self._wider_generic(form)

    def _wider_tuple(self, form: Form) -> Form:
        if len(form.parts) == 2 and form.parts[1].head == ANY_LENGTH:
            head = self._random.choice(("tuple", "Sequence", "Collection", "Iterable"))
            item = self.wider(form.parts[0])
            return Form(head, (item, form.parts[1]) if head == "tuple" else (item,))
        if form.parts and self._random.random() < 0.4:
            item = self._union([self.wider(part) for part in form.parts])
            head = self._random.choice(("tuple", "Sequence", "Collection", "Iterable", "Container"))
            return Form(head, (item, Form(ANY_LENGTH)) if head == "tuple" else (item,))
        return Form("tuple", tuple(self.wider(part) for part in form.parts))

    def _wider_generic(self, form: Form) -> Form:
        head = form.head
        if self._random.random() < 0.6:
            head = self._random.choice(_WIDER.get(head, (head,)))
        exactly = self._random.random() < 0.5  # the only way for invariant ones
        parts = form.parts if exactly else tuple(self._wider_at_top(part) for part in form.parts)
        if head != form.head:
            parts = _moved_parts(form, head, parts)
        return Form(head, parts)

    def _wider_class(self, form: Form) -> Form:
        return Form("User") if form.head == "Admin" else form

    def _narrower(self, form: Form) -> Form:
        below = [name for name, above in _SUPERTYPES.items() if form.head in above]
        return Form(self._random.choice(below)) if below and not form.parts else form


def _moved_parts(form: Form, head: str, parts: tuple[Form, ...]) -> tuple[Form, ...]:
    """Give the arguments of a class to one of its bases."""
    match form.head, head:
        case ("Coroutine", "Awaitable"):
            return parts[2:]
        case ("Swapped", "Entry"):
            return (parts[1], parts[0])
        case ("ItemsView", "AbstractSet"):
            return (Form("tuple", parts),)
        case ("Counter", "Mapping"):
            return (*parts, Form("int"))
        case ("Frame" | "Table" | "Cell", "Mapping"):
            return (Form("str"), *parts)
        case ("enumerate", "Iterator"):
            return (Form("tuple", (Form("int"), *parts)),)
        case _ if head in ONE_PART:
            return parts[:1]
        case _:
            return parts
