"""What a compiled check accepts and what it refuses, form by form."""

# ruff: noqa: UP006, UP007, UP044, UP045, PYI061 - old and new spellings are the subject

import asyncio
import collections
import decimal
import enum
import pathlib
import re
import subprocess
import sys
import types
import typing
from collections import abc
from typing import Annotated, Any, Final, Generic, Literal, NamedTuple, NewType, Protocol

import attrs
import pytest
import typing_extensions

from case_labels import label
from hbia_dsl.typeforms.compiled_check import ValueCheck
from hbia_dsl.typeforms.value_check import compile_check

T = typing.TypeVar("T")
Whole = typing.TypeVar("Whole", bound=int)
Either = typing.TypeVar("Either", int, str)
P = typing.ParamSpec("P")
Ts = typing.TypeVarTuple("Ts")
UserId = NewType("UserId", int)
AdminId = NewType("AdminId", UserId)
Scores = NewType("Scores", list[int])


class User: ...


class Admin(User): ...


class Box(Generic[T]): ...


class Colour(enum.Enum):
    RED = 1


class Scored(NamedTuple):
    best: str
    score: float


class Address(typing.TypedDict):
    zip: str
    city: typing.NotRequired[str]


class Partial(typing.TypedDict, total=False):
    always: typing.Required[int]
    sometimes: int | None


class Wider(Partial):
    more: int


class Page(typing_extensions.TypedDict, Generic[T]):
    items: list[T]
    following: typing_extensions.NotRequired["Page[T]"]
    number: typing_extensions.ReadOnly[int]


class Named(Protocol):
    name: str

    def greet(self) -> str: ...


class Hashable(Protocol):
    def __hash__(self) -> int: ...


class HasZip(typing_extensions.Protocol):
    zip: str


@attrs.define
class Person:
    name: str

    def greet(self) -> str:
        return self.name


class Tags(list[str]): ...


class Surprising(type):
    def __instancecheck__(cls, instance: object) -> bool:
        raise RuntimeError("no answer")


class Odd(metaclass=Surprising): ...


class Lazy(abc.Sequence[int]):
    """A collection that must not be read: reading it would load something."""

    def __len__(self) -> int:
        raise RuntimeError("loaded")

    def __getitem__(self, index: object) -> typing.NoReturn:
        raise RuntimeError("loaded")


class Unasked(type):
    def __subclasscheck__(cls, subclass: type) -> bool:
        raise RuntimeError("no answer")


class Unanswering(metaclass=Unasked): ...


Ids = typing_extensions.TypeAliasType("Ids", list[UserId])
Json = typing_extensions.TypeAliasType("Json", "dict[str, Json] | list[Json] | str | int | None")
Tree = typing_extensions.TypeAliasType("Tree", "list[Tree[T]] | T", type_params=(T,))
Loop: Any = typing_extensions.TypeAliasType("Loop", "Loop")

AT_LEAST_ONE = tuple.__class_getitem__((int, typing.Unpack.__getitem__(Ts)))

ACCEPTED: list[tuple[object, list[object]]] = [
    (int, [1, True, 10**30]),
    (float, [1.5, 1, True, float("nan")]),
    (complex, [1j, 1.5, 1, False]),
    (bool, [True]),
    (str, ["", Colour.__name__]),
    (bytes, [b""]),
    (None, [None]),
    (type(None), [None]),
    (User, [User(), Admin()]),
    (UserId, [3]),
    (AdminId, [3]),
    (Scores, [[1, 2], []]),
    (User | None, [None, Admin()]),
    (typing.Optional[int], [None, 1]),
    (typing.Union[int, str], [1, "a"]),
    (list[int] | list[str], [[1], ["a"], []]),
    (Colour, [Colour.RED]),
    (Literal[1, "a", None], [1, "a", None]),
    (Literal[Colour.RED], [Colour.RED]),
    (list, [[], Tags()]),
    (list[str], [[], ["a"], Tags(["a"])]),
    (list[Any], [[1, "a", None]]),
    (typing.List[int], [[1]]),
    (list["Unknown"], [[1]]),  # type: ignore[name-defined]  # noqa: F821 - not resolvable
    (set[int], [{1}, set()]),
    (frozenset[int], [frozenset({1})]),
    (collections.deque[int], [collections.deque([1])]),
    (dict[str, int], [{}, {"a": 1}, collections.OrderedDict(a=1), collections.Counter("a")]),
    (dict[str, list[int]], [{"a": [1]}]),
    (collections.Counter[str], [collections.Counter("ab")]),
    (collections.defaultdict[str, int], [collections.defaultdict(int, a=1)]),
    (abc.Mapping[str, int], [{"a": 1}, types.MappingProxyType({"a": 1})]),
    (abc.Sequence[int], [[1], (1,), range(3), b"ab", collections.deque([1]), Lazy()]),
    (abc.Sequence[str], ["abc", ["a"], ("a",)]),
    (abc.Collection[int], [{1: "a"}, {1}, [1]]),
    (abc.Set[int], [{1}, frozenset({1}), {1: "a"}.keys()]),
    (abc.Iterable[int], [[1], range(2), iter(["anything"])]),
    (abc.Iterator[int], [iter([])]),
    (tuple, [(), (1, "a")]),
    (tuple[()], [()]),
    (tuple[int, str], [(1, "a")]),
    (tuple[int, Any], [(1, None)]),
    (tuple[int, ...], [(), (1, 2)]),
    (tuple[int, typing.Unpack[tuple[str, ...]], float], [(1, 2.0), (1, "a", "b", 2.0)]),
    (tuple[int, *tuple[str, float]], [(1, "a", 2.0)]),
    (AT_LEAST_ONE, [(1,), (1, "a")]),
    (Scored, [Scored("a", 1.0)]),
    (Address, [{"zip": "1"}, {"zip": "1", "city": "a"}, {"zip": "1", "extra": 1}]),
    (Partial, [{"always": 1}, {"always": 1, "sometimes": None}]),
    (Wider, [{"always": 1, "more": 2}]),
    (Page[int], [{"items": [1], "number": 1, "following": {"items": [2], "number": 2}}]),
    (Named, [Person("a")]),
    (Hashable, [1, "a"]),
    (HasZip, [types.SimpleNamespace(zip="1")]),
    (typing.SupportsInt, [1.5]),
    (Box[int], [Box()]),
    (abc.Callable[[int], str], [len, User, lambda: None]),
    (typing.Callable, [len]),
    (type[User], [User, Admin]),
    (type[int | str], [int, str, bool]),
    (type[list[int]], [list, list[int]]),
    (type[Any], [User]),
    (type[Whole], [bool]),
    (type[UserId | None], [int, type(None)]),
    (type[Annotated[User, 1]], [Admin]),
    (type[Ids], [list]),
    (type[Loop], [User]),
    (type[Named], [User]),
    (type[Address], [dict]),
    (type[User | Any], [int]),
    (type[Unanswering], [int]),
    (dict[Any, Any], [{1: "a"}]),
    (list[int | str] | None, [None, [1, "a"]]),
    (Whole, [1, True]),
    (Either, [1, "a"]),
    (Annotated[int, "meta"], [1]),
    (Annotated[int, []], [1]),
    (Final[int], [1]),
    (typing.LiteralString, ["a"]),
    (typing.TypeGuard[int], [True]),
    (re.Pattern[str], [re.compile("a")]),
    (decimal.Decimal, [decimal.Decimal(1)]),
    (pathlib.Path, [pathlib.Path()]),
    (Odd, [1, Odd()]),
    (Json, [None, "a", [1, {"a": [None]}]]),
    (Tree[int], [1, [1, [2, [3]]]]),
]

REFUSED: list[tuple[object, object, str]] = [
    (int, 1.5, "expected int, found float"),
    (int, "1", "expected int, found str"),
    (int, None, "expected int, found None"),
    (bool, 1, "expected bool, found int"),
    (float, "1.5", "expected float, found str"),
    (float, 1j, "expected float, found complex"),
    (str, b"a", "expected str, found bytes"),
    (bytes, bytearray(b"a"), "expected bytes, found bytearray"),
    (None, 0, "expected None, found int"),
    (User, User, "expected User, found type[User]"),
    (User, Person("a"), "expected User, found Person"),
    (UserId, "3", "expected UserId, found str"),
    (AdminId, None, "expected AdminId, found None"),
    (Scores, ["a"], "item 0: expected int, found str"),
    (Scores, 3, "expected Scores, found int"),
    (User | None, 3, "expected User | None, found int"),
    (typing.Optional[int], "a", "expected int | None, found str"),
    (list[int] | list[str], [1, "a"], "expected list[int] | list[str], found list"),
    (list[int] | None, [1, "a"], "item 1: expected int, found str"),
    (Colour, 1, "expected Colour, found int"),
    (Literal[1], True, "expected Literal[1], found bool"),
    (Literal[1, "a"], "secret", "expected Literal[1, 'a'], found another str"),
    (Literal["a"], ["a"], "expected Literal['a'], found list"),
    (Literal[Colour.RED], 1, "expected Literal[Colour.RED], found int"),
    (list[str], "abc", "expected list[str], found str"),
    (list[str], ("a",), "expected list[str], found tuple"),
    (list[int], [1, 2, None], "item 2: expected int, found None"),
    (list[int], Tags(["a"]), "item 0: expected int, found str"),
    (list[list[int]], [[1], [2, "a"]], "item 1, item 1: expected int, found str"),
    (set[int], {"a"}, "item 0: expected int, found str"),
    (frozenset[int], {1}, "expected frozenset[int], found set"),
    (collections.deque[int], collections.deque(["a"]), "item 0: expected int, found str"),
    (dict[str, int], [], "expected dict[str, int], found list"),
    (dict[str, int], {"secret": "a"}, "entry 0, value: expected int, found str"),
    (dict[str, int], {"a": 1, 2: 2}, "entry 1, key: expected str, found int"),
    (dict[str, Any], {2: 2}, "entry 0, key: expected str, found int"),
    (dict[Any, int], {2: "a"}, "entry 0, value: expected int, found str"),
    (collections.Counter[str], {"a": 1}, "expected Counter[str], found dict"),
    (abc.Mapping[str, int], [1], "expected Mapping[str, int], found list"),
    (abc.Sequence[int], "abc", "item 0: expected int, found str"),
    (abc.Sequence[str], b"abc", "item 0: expected str, found int"),
    (abc.Sequence[int], {1}, "expected Sequence[int], found set"),
    (abc.Iterable[int], 5, "expected Iterable[int], found int"),
    (abc.Iterator[int], [1], "expected Iterator[int], found list"),
    (abc.Awaitable[int], 1, "expected Awaitable[int], found int"),
    (tuple[()], (1,), "expected tuple of length 0, found tuple of length 1"),
    (tuple[int, str], (1,), "expected tuple of length 2, found tuple of length 1"),
    (tuple[int, str], (1, 2), "item 1: expected str, found int"),
    (tuple[int, str], [1, "a"], "expected tuple[int, str], found list"),
    (tuple[None, ...], (None, 1), "item 1: expected None, found int"),
    (tuple[int, ...], (1, "a"), "item 1: expected int, found str"),
    (tuple[int, *tuple[str, ...], float], (1, 2, 3.0), "item 1: expected str, found int"),
    (tuple[int, *tuple[str, ...], float], (1, "a"), "item 1: expected float, found str"),
    (AT_LEAST_ONE, (), "expected tuple of length at least 1, found tuple of length 0"),
    (tuple[list[int], int], (["a"], 1), "item 0, item 0: expected int, found str"),
    (Scored, ("a", 1.0), "expected Scored, found tuple"),
    (Address, {"city": "a"}, 'key "zip": missing'),
    (Address, {"zip": 1}, 'key "zip": expected str, found int'),
    (Address, {"zip": "1", "city": None}, 'key "city": expected str, found None'),
    (Address, Person("a"), "expected Address, found Person"),
    (Partial, {}, 'key "always": missing'),
    (Partial, {"always": 1, "sometimes": "a"}, 'key "sometimes": expected int | None, found str'),
    (Wider, {"always": 1}, 'key "more": missing'),
    (Page[int], {"items": ["a"], "number": 1}, 'key "items", item 0: expected int, found str'),
    (Page[int], {"items": []}, 'key "number": missing'),
    (Named, User(), "expected Named, found User without `name`, `greet`"),
    (Hashable, [], "expected Hashable, found list without `__hash__`"),
    (HasZip, User(), "expected HasZip, found User without `zip`"),
    (Box[int], 1, "expected Box[int], found int"),
    (abc.Callable[[int], str], 1, "expected Callable[[int], str], found int"),
    (type[User], User(), "expected type[User], found User"),
    (type[User], int, "expected type[User], found type[int]"),
    (type[Whole], str, "expected type[Whole], found type[str]"),
    (Whole, "a", "expected int, found str"),
    (Either, 1.5, "expected int | str, found float"),
    (Annotated[int, []], "a", "expected int, found str"),
    (typing.Never, 1, "expected no value at all, found int"),
    (Json, [1.5], "item 0: expected Json, found float"),
    (Json, {"a": [{}, b""]}, "entry 0, value, item 1: expected Json, found bytes"),
    (Tree[int], [[["a"]]], "item 0, item 0, item 0: expected Tree[int], found str"),
]

NOT_CHECKED: list[object] = [
    object, Any, T, P, Ts, typing.Self, int | Any, "User", 5, [int], types, Generic, Protocol,
    NamedTuple, typing.IO[str], typing.TextIO, NewType("Anything", object), Annotated[Any, 1],
]  # fmt: skip


def compiled(form: object) -> ValueCheck:
    check = compile_check(form)
    assert check is not None, f"{form} is not checked"
    return check


@pytest.mark.parametrize(
    ("form", "value"), [(form, value) for form, values in ACCEPTED for value in values], ids=label
)
def test_a_value_of_the_form_is_accepted(form: object, value: object) -> None:
    assert compiled(form).accepts(value)


@pytest.mark.parametrize(("form", "value", "text"), REFUSED, ids=label)
def test_a_refusal_says_where_and_which_types(form: object, value: object, text: str) -> None:
    check = compiled(form)

    assert not check.accepts(value)
    assert text == str(check.explain(value))


@pytest.mark.parametrize("form", NOT_CHECKED, ids=label)
def test_a_form_that_refuses_nothing_has_no_check(form: object) -> None:
    assert compile_check(form) is None


def test_equal_forms_share_one_check() -> None:
    assert compile_check(list[int]) is compile_check(list[int])
    assert compile_check(Literal[1]) is not compile_check(Literal[True])


def test_iterators_and_generators_are_not_consumed() -> None:
    produced = (letter for letter in "abc")

    assert compiled(abc.Iterable[int]).accepts(produced)
    assert compiled(abc.Generator[int, None, None]).accepts(produced)
    assert list("abc") == list(produced)


def test_an_async_generator_is_not_started() -> None:
    async def numbers() -> abc.AsyncIterator[int]:
        yield 1

    stream = numbers()

    async def drain() -> list[int]:
        return [number async for number in stream]

    assert compiled(abc.AsyncIterator[str]).accepts(stream)
    assert asyncio.run(drain()) == [1]


def test_a_class_of_the_same_name_is_told_apart_by_its_module() -> None:
    impostor = type("User", (), {"__module__": "elsewhere"})

    assert str(compiled(User).explain(impostor())) == "expected User, found elsewhere.User"


def test_a_property_is_not_computed_to_find_a_member() -> None:
    class Costly:
        @property
        def zip(self) -> str:
            raise RuntimeError("computed")

    assert compiled(HasZip).accepts(Costly())


def test_a_value_whose_own_code_fails_is_accepted() -> None:
    class Broken:
        def __len__(self) -> int:
            raise RuntimeError("broken")

        def keys(self) -> object:
            raise RuntimeError("broken")

    forms = [
        (list, list[int]),
        (tuple, tuple[int, str]),
        (dict, Address),
        (dict, dict[str, int]),
    ]
    for base, form in forms:
        broken = type("Broken", (Broken, base), {})()

        assert compiled(form).accepts(broken)
        assert str(compiled(form).explain(broken))


def test_a_value_whose_attributes_fail_is_accepted() -> None:
    class Broken:
        def __getattr__(self, name: str) -> object:
            raise RuntimeError("broken")

    assert compiled(HasZip).accepts(Broken())


def test_a_value_that_contains_itself_comes_to_an_end() -> None:
    endless: list[object] = []
    endless.append(endless)

    assert compiled(Json).accepts(endless)


def test_an_alias_of_itself_comes_to_an_end() -> None:
    assert compiled(Loop).accepts(1)


def test_a_form_nested_without_sense_is_not_checked_at_the_bottom() -> None:
    form: object = int
    value: object = "wrong"
    for _ in range(100):
        form = list[form]  # type: ignore[valid-type]  # built at run time
        value = [value]

    assert compiled(form).accepts(value)


def test_explaining_an_accepted_value_still_names_the_types() -> None:
    assert str(compiled(list[int]).explain([1])) == "expected list[int], found list"


def test_compiling_loads_no_typing_extensions() -> None:
    program = (
        "import sys\n"
        "from hbia_dsl.typeforms.value_check import compile_check\n"
        "assert compile_check(dict[str, list[int] | None]).accepts({'a': None})\n"
        "assert 'typing_extensions' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)  # our own text
