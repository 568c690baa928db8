"""What the generated pairs of annotations are made of: names, and which are wider than others.

"Wider" is only likely here, so that enough pairs are assignable; mypy says which are.
"""

from collections import defaultdict
from typing import Final

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

_USERS = (
    "User", "Admin", "Owner", "Guest", "Order", "Boss",
)  # fmt: skip
_NUMBERS = (
    "int", "bool", "float", "complex", "UserId", "AdminId", "OrderId", "Price", "Count", "Ratio",
)  # fmt: skip
_STRINGS = (
    "str", "Title", "Text", "bytes", "LiteralString",
)  # fmt: skip
_LITERALS = (
    "Literal['a']", "Literal['a', 'b']", "Literal['b']", "Literal[1]", "Literal[True]",
    "Literal[1, 'a']", "Literal[True, False]", "Literal[Color.RED]",
    "Literal[Color.RED, Color.GREEN]", "Literal[None]", "Literal[Single.ONLY]", "Literal[b'a']",
    "Literal[Rank.LOW, Rank.HIGH]", "Literal[False]",
)  # fmt: skip
_ENUMS = (
    "Color", "Rank", "Word", "Single", "Access",
)  # fmt: skip
_RECORDS = (
    "Movie", "MovieWithRating", "MovieMaybeRating", "PartialMovie", "NamedMovie", "ScoredMovie",
    "FixedMovie", "OpenMovie", "UserCell", "Point", "LabelledPoint", "Scored", "Loose",
    "Account", "FrozenAccount", "SavingsAccount", "Row", "FrozenRow", "Corner", "Segment",
    "Series",
)  # fmt: skip
PROTOCOLS: Final = (
    "Named", "ReadsName", "MaybeNamed", "ReadsMaybeName", "SetsName", "Tagged", "Closes",
    "Greets", "GreetsLoudly", "GreetsByKeyword", "GreetsOptionally", "GreetsMany",
    "GreetsAnyhow", "Fetches", "Makes", "Measures", "Shows", "Handles", "HandlesNamed",
    "Linked", "Copies", "Compares", "Empty", "Hashable", "Sized", "SupportsInt",
    "SupportsFloat", "SupportsIndex", "SupportsAbs[int]", "PathLike[str]", "PathLike[bytes]",
    "Hooked", "ReadsHook", "CallsAnyhow", "CallsWithBoth", "Parses", "Equal", "ClosesAndGreets",
    "SupportsBytes", "SupportsComplex", "SupportsRound[int]",
)  # fmt: skip
_IMPLEMENTERS = (
    "Person", "MaybePerson", "NumberedPerson", "FinalPerson", "ClassPerson", "InferredPerson",
    "PropertyPerson", "SettablePerson", "CachedPerson", "StringPerson", "InitPerson",
    "Connection", "NoisyConnection", "SlowConnection", "StaticConnection", "FormalGreeter",
    "RenamedGreeter", "WideGreeter", "NarrowGreeter", "OptionalGreeter", "DemandingGreeter",
    "LenientGreeter", "VariadicGreeter", "KeywordGreeter", "AnyhowGreeter", "UntypedGreeter",
    "Fetcher", "PlainFetcher", "Maker", "MethodMaker", "UserGetter", "AdminPutter",
    "UserHolder", "Bag", "Handler", "NamedHandler", "Link", "OddLink", "Copy", "SetCopy",
    "Unhashable", "Waiting", "Stream", "Guard", "Session", "Folder", "Path", "PurePath",
    "AnyhowCaller", "EventCaller", "FieldHook", "MethodHook", "PropertyHook", "Parser",
    "Guesses", "Polite", "Manages", "Equals", "UserGetterByName", "Plain",
)  # fmt: skip
_OTHERS = (
    "None", "Any", "object", "Never", "Decimal", "datetime", "date", "Fraction", "Number",
    "Integral", "bytearray", "memoryview", "range", "type", "Marked", "Meta", "Virtual",
    "Registered", "Dynamic", "UserBox", "AdminSource", "Users", "UserList", "Walk", "Names",
    "UserMap", "MaybeUser", "UserOrOrder", "Callback", "People", "Json", "Tree", "Exception",
    "ValueError", "list", "dict", "Sequence", "Box", "tuple", "Callable", "UserString", "Both",
    "Spoken", "Nested", "Written", "Defaulted", "Converter[[int], str]", "Shelf[int, str]",
    "Converter", "Shelf", "tuple[int, *tuple[str, ...]]", "IO[str]", "TextIO", "BinaryIO",
    "TextIOWrapper", "StringIO", "Pattern[str]", "Match[bytes]", "Queue[int]",
    "ExceptionGroup[ValueError]", "UUID", "timedelta", "Mapping", "Generator", "partial[int]",
    "property", "FunctionType", "ModuleType", "Optional[User]", "List[User]", "Dict[str, User]",
    "Tuple[int, ...]", "Type[User]", "FrozenSet[int]", "DefaultDict[str, int]", "Deque[int]",
    "Literal['a'] | Literal['c']", "User | None", "NoReturn", "Text",
)  # fmt: skip
LEAVES: Final = (
    _USERS, _NUMBERS, _STRINGS, _LITERALS, _ENUMS, _RECORDS, _IMPLEMENTERS, _OTHERS,
)  # fmt: skip
"""Annotations without brackets of ours, by kind; each kind is taken as often as any other."""

CLASSES: Final = (
    "User", "Admin", "Order", "int", "bool", "str", "Color", "Any", "object", "Marked", "Point",
    "Account", "Users",
)  # fmt: skip
"""What `type[...]` is made of."""

ONE_PART: Final = (
    "list", "set", "frozenset", "Sequence", "MutableSequence", "Iterable", "Iterator",
    "Collection", "Container", "Reversible", "AbstractSet", "MutableSet", "deque", "Counter",
    "KeysView", "ValuesView", "Awaitable", "AsyncIterator", "AsyncIterable", "Box", "Source",
    "Sink", "SubBox", "ListBox", "Stack", "Frame", "Table", "Later", "Cell", "Couple", "Wallet",
    "Gets", "Puts", "Holds", "Iterates", "Pairs", "AbstractContextManager", "enumerate",
    "Defaulted", "Reading", "Reads", "GenericBag", "FrozenWallet", "Parcel", "Grows", "Grown",
    "Joins", "Joined",
)  # fmt: skip
TWO_PARTS: Final = (
    "dict", "Mapping", "MutableMapping", "defaultdict", "OrderedDict", "ItemsView", "Entry",
    "AsyncGenerator", "ChainMap", "MappingProxyType", "UserDict", "Swapped",
)  # fmt: skip
THREE_PARTS: Final = (
    "Generator", "Coroutine",
)  # fmt: skip

STRUCTURAL: Final = (
    *PROTOCOLS,
    "Collection", "AsyncIterable", "AbstractContextManager", "Container", "Coroutine",
    "Reversible", "Grows", "Puts", "Iterates", "Reads", "Awaitable", "Iterable",
    "AsyncIterator", "AsyncGenerator", "Holds", "Generator", "Gets", "Iterator", "Joins",
)  # fmt: skip
"""What mypy judges by members."""

_SUPERTYPES = """
Admin < User
Owner < Admin; User
Guest < User
Boss < Admin; User
bool < int; float; Literal[True, False]
int < float; complex; Hashable
float < complex
UserId < int; float
AdminId < UserId; int
OrderId < int
Price < float
Count < int; float
Ratio < float
Title < str
Text < str
LiteralString < str
Rank < int; IntEnum
Word < str; StrEnum
Color < Enum; Literal[Color.RED, Color.GREEN]
Literal['a'] < str; Literal['a', 'b']
Literal[1] < int; Literal[1, 'a']
Literal[True] < bool; int; Literal[True, False]
Literal[Color.RED] < Color
Single < Literal[Single.ONLY, None]
MovieWithRating < Movie
MovieMaybeRating < Movie
Movie < FixedMovie; OpenMovie; Mapping[str, object]
NamedMovie < PartialMovie; OpenMovie
PartialMovie < NamedMovie; OpenMovie
UserCell < Cell[User]
LabelledPoint < Point; tuple[int, int]
Point < tuple[int, int]; tuple[float, object]; tuple[int, ...]; Sequence[int]
Scored < tuple[User, float]; Collection[object]
Loose < tuple[Any, Any]
Corner < tuple[int, int]; Sequence[float]
Segment < tuple[int, str]; tuple[object, ...]
Series < tuple[float, ...]; Sequence[float]
SavingsAccount < FrozenAccount
Account < Named; ReadsName
FrozenAccount < ReadsName; Hashable; Named
Row < Named
FrozenRow < ReadsName; Named; Hashable
Person < Named; SetsName; ReadsMaybeName; MaybeNamed
FinalPerson < Named; ReadsName
MaybePerson < MaybeNamed; ReadsMaybeName
NumberedPerson < Named
ClassPerson < ReadsName; Named; Tagged
InferredPerson < Named; ReadsName; Tagged
PropertyPerson < ReadsName; Named
SettablePerson < SetsName; Named; ReadsName
CachedPerson < ReadsName; Named
StringPerson < Named; ReadsMaybeName
InitPerson < Named
Connection < Closes
NoisyConnection < Closes
SlowConnection < Closes
StaticConnection < Closes
Fetcher < Fetches
PlainFetcher < Fetches
Maker < Makes
MethodMaker < Makes
UserGetter < Gets[User]; Gets[object]
AdminPutter < Puts[Owner]; Puts[Admin]; Puts[User]
UserHolder < Holds[User]; Holds[object]
Bag < Iterable[User]; Collection[Admin]; Sized; Iterates[User]
Handler < Handles; HandlesNamed; Callable[[int], str]
NamedHandler < HandlesNamed; Handles; Callable[[bool], str]
Link < Linked
OddLink < Linked
Copy < Copies
SetCopy < Copies
Unhashable < Hashable
Waiting < Awaitable[User]
Stream < AsyncIterable[User]
Guard < AbstractContextManager[Guard, None]; AbstractContextManager[object]
Session < AbstractContextManager[User, None]; AbstractContextManager[User, bool]
Folder < PathLike[str]
Path < PathLike[str]; PurePath
UserBox < Box[User]
AdminSource < Source[Admin]; Source[User]; Gets[User]
Users < Sequence[User]; Iterable[object]
UserList < list[User]; Sequence[User]
Walk < Iterator[User]; Iterable[User]
Names < list[str]; Sequence[str]
Marked < object
Meta < type; type[object]
Registered < Virtual
Fraction < Number
datetime < date
ValueError < Exception
str < Sequence[str]; Iterable[str]; Hashable; Shows; Measures
range < Sequence[int]
bytes < Sequence[int]; Hashable
bytearray < MutableSequence[int]; bytes
memoryview < Sequence[int]; bytes
People < list[User]
Callback < Callable[[Admin], float]
MaybeUser < MaybePerson
AnyhowCaller < CallsAnyhow; Handles; HandlesNamed; CallsWithBoth; Callable[[int, int], float]
EventCaller < CallsWithBoth; HandlesNamed; Handles
Parser < Parses
FieldHook < Hooked; ReadsHook
MethodHook < Hooked; ReadsHook
PropertyHook < Hooked; ReadsHook
Guesses < Named; ReadsName; Closes
Polite < ClosesAndGreets; Closes
Manages < Closes
Equals < Equal; Hashable
UserGetterByName < Gets[User]; Gets[object]
Plain < Named; Hashable
Both < Box[User]; Source[User]
Spoken < NamedMovie; Movie
Written < tuple[int, int]; tuple[int, bool]
TextIO < IO[str]
TextIOWrapper < TextIO; IO[str]
StringIO < TextIO
BinaryIO < IO[bytes]
partial[int] < Callable[..., int]; Callable[[str], float]
ExceptionGroup[ValueError] < ExceptionGroup[Exception]; Exception
List[User] < list[User]
Optional[User] < User | None; MaybeUser
Dict[str, User] < UserMap
Deque[int] < deque[int]
Defaulted < Defaulted[int]
FunctionType < Callable[[int], str]
Generator < Iterator[User]
Decimal < SupportsFloat; SupportsInt
None < Hashable; Shows; Empty
UserString < Sequence[str]; Sequence[UserString]
Json < Union[int, str, None, list[Json], dict[str, Json]]
Tree < tuple[int, Union[Tree, None]]; tuple[object, ...]
type < type[User]; Callable[[int], User]
tuple[()] < tuple[int, ...]; Sequence[str]; tuple; Sized
"""
"""A form, and forms that may be wider."""

_GREETERS = (
    "FormalGreeter", "RenamedGreeter", "WideGreeter", "NarrowGreeter", "OptionalGreeter",
    "DemandingGreeter", "LenientGreeter", "VariadicGreeter", "KeywordGreeter", "AnyhowGreeter",
    "UntypedGreeter",
)  # fmt: skip

_WIDER = """
list < MutableSequence; Sequence; Iterable; Collection; Reversible; Iterates
Stack < list; MutableSequence; Sequence
deque < MutableSequence; Sequence
set < MutableSet; AbstractSet; Collection; Iterable
frozenset < AbstractSet; Collection; Container
Sequence < Collection; Reversible; Iterable; Iterates
AbstractSet < Collection
Iterator < Iterable
KeysView < AbstractSet; Iterable
ValuesView < Collection
SubBox < Box; Holds
Box < Holds
Source < Gets
Sink < Puts
Wallet < Holds
AsyncIterator < AsyncIterable
Later < Awaitable
enumerate < Iterator
Couple < Sequence; Collection
Reading < Reads
FrozenWallet < Reads; Holds
Parcel < Holds; Reads
GenericBag < Iterates; Iterable
Grown < Grows
Joined < Joins
Swapped < Entry
dict < MutableMapping; Mapping
defaultdict < dict; Mapping
OrderedDict < dict
ChainMap < MutableMapping
MappingProxyType < Mapping
UserDict < MutableMapping; Mapping
Mapping < Collection; Iterable
ItemsView < AbstractSet
AsyncGenerator < AsyncIterator
Generator < Iterator; Iterable
Coroutine < Awaitable
Counter < Mapping
Frame < Mapping
Table < Mapping
Cell < Mapping
"""
"""A generic class, and others that may take its arguments."""


def _parsed(table: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for line in table.strip().splitlines():
        narrow, wide = line.split(" < ")
        found[narrow] += wide.split("; ")
    return dict(found)


SUPERTYPES: Final = _parsed(_SUPERTYPES) | {
    greeter: [name for name in PROTOCOLS if name.startswith("Greets")] for greeter in _GREETERS
}
WIDER: Final = _parsed(_WIDER)
