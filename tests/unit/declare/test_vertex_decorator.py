"""`@vertex` records and gives back the same function."""

import asyncio
import functools
import inspect
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from hbia_dsl import Flow, atomic, out, vertex
from hbia_dsl.declare.declaration import VertexDeclaration, declaration_of
from hbia_dsl.errors import DeclarationError


@vertex
def bare(number: int) -> int:
    """Double a number."""
    return 2 * number


@vertex(name="renamed", effect="pure", version="3", check=False, timeout_s=1.5, backend="trio")
async def told_all(bare: int) -> int:
    return bare + 1


class Service:
    """Methods of every kind, decorated on either side."""

    def __init__(self, plus: int = 0) -> None:
        self.plus = plus

    @vertex
    def method(self, number: int) -> int:
        return number + self.plus

    @vertex
    async def async_method(self, number: int) -> int:
        return number + self.plus

    @vertex
    @staticmethod
    def static_below(number: int) -> int:
        return number + 1

    @staticmethod
    @vertex
    def static_above(number: int) -> int:
        return number + 2

    @classmethod
    @vertex
    def class_above(cls, number: int) -> str:
        return f"{cls.__name__}{number}"

    @vertex
    @classmethod
    def class_below(cls, number: int) -> str:
        return f"{cls.__name__}:{number}"


def told(fn: object) -> VertexDeclaration:
    declaration = declaration_of(fn)
    assert declaration is not None
    assert declaration.vertex is not None
    return declaration.vertex


def test_the_decorator_returns_the_same_function() -> None:
    def plain(number: int) -> int:
        return number

    def named(number: int) -> int:
        return number

    assert vertex(plain) is plain
    assert vertex(name="other")(named) is named


def test_a_decorated_function_is_called_as_before() -> None:
    assert bare(4) == 8
    assert bare(number=4) == 8
    assert asyncio.run(told_all(4)) == 5


def test_a_decorated_function_keeps_its_name_docstring_and_signature() -> None:
    assert bare.__name__ == "bare"
    assert bare.__doc__ == "Double a number."
    assert str(inspect.signature(bare)) == "(number: int) -> int"
    assert inspect.iscoroutinefunction(told_all)


def test_a_decorated_function_is_pickled_by_name() -> None:
    assert pickle.loads(pickle.dumps(bare)) is bare  # noqa: S301 - made in the same line


def test_what_is_not_said_has_its_default() -> None:
    assert told(bare) == VertexDeclaration()
    assert told(bare).effect is None


def test_every_option_is_recorded() -> None:
    assert told(told_all) == VertexDeclaration(
        name="renamed", effect="pure", version="3", check=False, timeout_s=1.5, backend="trio"
    )


def test_empty_parentheses_are_the_same_as_none() -> None:
    @vertex()
    def plain() -> int:
        return 1

    assert told(plain) == VertexDeclaration()


@pytest.mark.parametrize(
    "method",
    [
        Service(3).method,
        Service(3).async_method,
        Service.static_below,
        Service.static_above,
        Service.class_above,
        Service.class_below,
    ],
    ids=lambda method: method.__name__,
)
def test_methods_of_every_kind_are_vertices(method: Callable[..., object]) -> None:
    flow = Flow.of("methods", method, result=method)

    assert flow.run(number=1).value == _direct(method)


def _direct(method: Callable[..., Any]) -> object:
    value = method(1)
    return asyncio.run(value) if inspect.iscoroutine(value) else value


def test_methods_of_two_objects_are_two_vertices() -> None:
    class Adder:
        def __init__(self, plus: int) -> None:
            self.plus = plus

        @vertex
        def add(self, number: int) -> int:
            return number + self.plus

    one, two = Adder(1), Adder(2)

    assert Flow.of("one", one.add, result=one.add).run(number=1).value == 2
    assert Flow.of("two", two.add, result=two.add).run(number=1).value == 3


def test_a_partial_is_a_vertex_with_the_parameters_that_are_left() -> None:
    def scale(factor: int, number: int) -> int:
        return factor * number

    triple = vertex(name="triple")(functools.partial(scale, 3))

    assert triple(number=2) == 6
    assert Flow.of("partial", triple, result=triple).run(number=5).value == 15
    assert declaration_of(scale) is None


def test_a_callable_object_is_a_vertex() -> None:
    class Shout:
        def __call__(self, text: str) -> str:
            return text.upper()

    shout = vertex(name="shout")(Shout())

    assert Flow.of("object", shout, result=shout).run(text="hi").value == "HI"


def test_a_wrapper_made_with_wraps_is_the_vertex_that_it_wraps() -> None:
    calls: list[str] = []

    def noting(fn: Callable[[int], int]) -> Callable[[int], int]:
        @functools.wraps(fn)
        def wrapper(*args: int, **kwargs: int) -> int:
            calls.append(fn.__name__)
            return fn(*args, **kwargs)

        return wrapper

    @noting
    @vertex
    def inner(number: int) -> int:
        return number + 1

    assert Flow.of("wrapped", inner, result=inner).run(number=1).value == 2
    assert calls == ["inner"]


def test_out_defaults_are_taken_off_so_that_a_direct_call_fails_as_usual() -> None:
    @vertex
    def mail(number: int, uid: int = out(bare), *, again: int = out(bare)) -> int:
        return number + uid + again

    with pytest.raises(TypeError, match=r"missing 1 required positional argument: 'uid'") as error:
        mail(1)
    assert type(error.value) is TypeError
    with pytest.raises(TypeError, match="missing 1 required keyword-only argument: 'again'"):
        mail(1, 2)
    assert mail(1, 2, again=3) == 6
    assert set(told(mail).references) == {"uid", "again"}


def test_ordinary_defaults_after_references_stay() -> None:
    @vertex
    def mail(uid: int = out(bare), greeting: str = "hi", *, sign: str = "me") -> str:
        return f"{greeting} {uid} {sign}"

    assert mail(7) == "hi 7 me"


def test_references_of_a_wrapped_function_are_taken_off_too() -> None:
    def passing(fn: Callable[..., int]) -> Callable[..., int]:
        @functools.wraps(fn)
        def wrapper(*args: int, **kwargs: int) -> int:
            return fn(*args, **kwargs)

        return wrapper

    @vertex
    @passing
    def plus(number: int, uid: int = out(bare)) -> int:
        return number + uid

    with pytest.raises(TypeError, match="'uid'"):
        plus(1)
    assert Flow.of("wrapped", bare, plus, result=plus).run(number=2).value == 6


def test_an_ordinary_default_before_a_reference_is_refused() -> None:
    def wrong(first: int = 1, uid: int = out(bare)) -> int:
        return first + uid

    with pytest.raises(DeclarationError, match="`first` has a default before") as error:
        vertex(wrong)

    assert error.value.diagnostic.location is not None
    assert error.value.diagnostic.location.line == wrong.__code__.co_firstlineno


def test_changing_the_mapping_later_does_not_change_the_declaration() -> None:
    inputs: dict[str, object] = {"number": bare}

    @vertex(inputs=inputs)
    def plain(number: int) -> int:
        return number

    inputs["number"] = "somebody.else"

    assert told(plain).inputs == {"number": bare}


def test_declaring_the_same_again_changes_nothing() -> None:
    @vertex(effect="pure")
    def plain(number: int, uid: int = out(bare)) -> int:
        return number + uid

    before = told(plain)

    assert vertex(effect="pure")(plain) is plain
    assert told(plain) == before


def test_declaring_a_function_again_with_other_options_is_refused() -> None:
    @vertex
    def plain(number: int) -> int:
        return number

    with pytest.raises(DeclarationError, match="`plain` is declared with `@vertex` already"):
        vertex(name="second")(plain)

    assert told(plain).name is None


def test_a_wrapper_of_a_vertex_may_be_another_vertex() -> None:
    @functools.wraps(bare)
    def wrapper(number: int) -> int:
        return bare(number) + 1

    vertex(name="second")(wrapper)

    assert told(wrapper).name == "second"
    assert told(bare).name is None
    flow = Flow.of("both", bare, wrapper)
    assert dict(flow.run(number=2)) == {"bare.bare": 4, "second.second": 5}


def test_groups_and_vertices_are_recorded_in_either_order() -> None:
    @atomic(group="payment", on_failure="abort", no_parallel=False)
    @vertex(effect="pure")
    def above() -> int:
        return 1

    @vertex(effect="pure")
    @atomic(group="payment", on_failure="abort", no_parallel=False)
    def below() -> int:
        return 1

    assert declaration_of(above) == declaration_of(below)
    declaration = declaration_of(above)
    assert declaration is not None
    assert declaration.atomic is not None
    assert declaration.atomic.group == "payment"
    assert declaration.atomic.on_failure == "abort"
    assert not declaration.atomic.no_parallel
    assert declaration.atomic.no_cache


def test_declaring_registers_nothing_and_reads_no_annotation() -> None:
    @vertex
    def unreadable(number: "NoSuchClass") -> "NorThisOne":  # type: ignore[name-defined]  # noqa: F821 - the point
        return number

    assert told(unreadable) == VertexDeclaration()
