"""Parameters of callables: the fast way gives what `inspect.signature` gives."""

import functools
import inspect
from collections.abc import Callable

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbia_dsl.typeforms.shapes import ParameterKind
from hbia_dsl.typeforms.signature_reading import MISSING, Parameter, read_parameters


def as_inspect_says(fn: Callable[..., object]) -> list[tuple[str, int, bool, object]]:
    return [
        (
            p.name,
            int(p.kind),
            p.default is not p.empty,
            MISSING if p.default is p.empty else p.default,
        )
        for p in inspect.signature(fn).parameters.values()
    ]


def read(fn: Callable[..., object]) -> list[tuple[str, int, bool, object]]:
    return [(p.name, int(p.kind), p.has_default, p.default) for p in read_parameters(fn)]


def plain(a: int, b: str = "b") -> None: ...
def everything(a: int, /, b: int, c: int = 1, *d: int, e: int, f: int = 2, **g: int) -> None: ...
def only_keywords(*, a: int, b: int = 1, c: int) -> None: ...
def only_positional(a: int = 0, b: int = 1, /) -> None: ...
def stars(*args: int, **kwargs: int) -> None: ...
def none() -> None: ...
def none_by_default(a: int | None = None) -> None: ...
async def waiting(a: int, *, b: int = 1) -> None: ...


def with_locals(a: int) -> int:
    b = a + 1
    c = b * 2
    return b + c


def wrapper_of(fn: Callable[..., object]) -> Callable[..., object]:
    @functools.wraps(fn)
    def wrapper(*args: object, **kwargs: object) -> object: ...

    return wrapper


class Service:
    def method(self, a: int, /, b: int = 1) -> None: ...
    def starred(*args: int) -> None: ...
    def __call__(self, a: int, *, b: int = 1) -> None: ...
    @classmethod
    def make(cls, a: int) -> None: ...
    @staticmethod
    def static(a: int) -> None: ...


@attrs.define
class Account:
    name: str
    balance: float = 0.0


def _signed(a: int) -> None: ...


_signed.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # as decorators do
    [inspect.Parameter("z", inspect.Parameter.KEYWORD_ONLY, default=3)]
)


@pytest.mark.parametrize(
    "fn",
    [
        plain,
        everything,
        only_keywords,
        only_positional,
        stars,
        none,
        none_by_default,
        waiting,
        with_locals,
        lambda a, *b, c=1: None,
        wrapper_of(everything),
        _signed,
        Service().method,
        Service().starred,  # type: ignore[misc]  # taking `self` by `*args` is the subject
        Service.method,
        Service.make,
        Service.static,
        Service(),
        Account,
        functools.partial(everything, 1),
        functools.partial(everything, 1, b=2, f=3),
        functools.partial(Service().method, 1),
        functools.lru_cache(plain),
        len,
    ],
)
def test_parameters_are_those_of_inspect(fn: Callable[..., object]) -> None:
    assert read(fn) == as_inspect_says(fn)


@given(
    positional=st.lists(st.booleans(), max_size=4),
    only_positional=st.integers(0, 4),
    star=st.booleans(),
    keywords=st.lists(st.booleans(), max_size=3),
    star_star=st.booleans(),
)
def test_parameters_are_those_of_inspect_for_any_signature(
    positional: list[bool],
    only_positional: int,
    *,
    star: bool,
    keywords: list[bool],
    star_star: bool,
) -> None:
    defaults = sorted(positional)  # those with a default come last
    parts = [f"p{i}" + ("=0" if has else "") for i, has in enumerate(defaults)]
    if parts[:only_positional]:
        parts.insert(min(only_positional, len(parts)), "/")
    if star:
        parts.append("*args")
    elif keywords:
        parts.append("*")
    parts += [f"k{i}" + ("=None" if has else "") for i, has in enumerate(keywords)]
    if star_star:
        parts.append("**kwargs")
    fn = eval(f"lambda {', '.join(parts)}: None")  # noqa: S307 - made of the parts above

    assert read(fn) == as_inspect_says(fn)


def test_kinds_are_those_of_inspect() -> None:
    for kind in ParameterKind:
        assert getattr(inspect.Parameter, kind.name) == kind


def test_a_default_of_none_is_a_default() -> None:
    (parameter,) = read_parameters(none_by_default)

    assert parameter == Parameter("a", ParameterKind.POSITIONAL_OR_KEYWORD, True, None)
    assert read_parameters(plain)[0].default is MISSING


def test_what_cannot_be_called_is_refused() -> None:
    with pytest.raises(TypeError):
        read_parameters(5)  # type: ignore[arg-type]  # not a callable on purpose
