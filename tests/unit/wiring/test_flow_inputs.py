"""What a flow takes from outside: declared by a class or a function, or found by wiring."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, NewType, NotRequired, TypedDict

import attrs
import pytest

from hbia_dsl.declare.declare_vertex import vertex
from hbia_dsl.wiring.wire import wire
from wiring_views import codes, refusal, sources

UserId = NewType("UserId", int)


@attrs.frozen
class ByAttrs:
    name: str
    size: int = 3


@dataclass
class ByDataclass:
    name: str
    size: int = 3


class ByNamedTuple(NamedTuple):
    name: str
    size: int = 3


class ByTypedDict(TypedDict):
    name: str
    size: NotRequired[int]


def by_function(name: str, size: int = 3) -> None:
    """Declare the same inputs as the classes."""


EVERY_KIND = [ByAttrs, ByDataclass, ByNamedTuple, ByTypedDict, by_function]


@vertex
def greet(name: str, size: int = 1) -> str:
    return name * size


@pytest.mark.parametrize("inputs", EVERY_KIND)
def test_every_kind_of_declaration_says_the_same(inputs: Callable[..., object]) -> None:
    flow = wire("flow", [greet], inputs=inputs)

    assert [(i.name, i.form, i.required, i.users) for i in flow.inputs.values()] == [
        ("name", str, True, (("greet", "name"),)),
        ("size", int, False, (("greet", "size"),)),
    ]
    assert flow.inputs_from is inputs


def test_inputs_that_nobody_declares_are_found_in_flow_order_with_their_users() -> None:
    @vertex
    def second(size: int, name: str, extra: float = 1.0) -> str:
        return name

    flow = wire("flow", [greet, second])

    assert [(i.name, i.form, i.required, i.users) for i in flow.inputs.values()] == [
        ("name", str, True, (("greet", "name"), ("second", "name"))),
        ("size", int, True, (("greet", "size"), ("second", "size"))),
        ("extra", float, False, (("second", "extra"),)),
    ]
    assert flow.inputs_from is None


def test_a_declared_input_of_a_strong_type_is_found_by_type() -> None:
    def inputs(key: UserId) -> None: ...

    @vertex
    def load(user: UserId) -> str:
        return str(user)

    assert sources("load", load, inputs=inputs) == {"user": "type: input.key"}


def test_a_declared_input_and_a_value_of_one_name_are_ambiguous() -> None:
    @vertex
    def name() -> str:
        return "ann"

    assert codes(name, greet, inputs=ByAttrs) == ["HB202"]


def test_with_declared_inputs_everything_unmatched_is_an_error() -> None:
    @vertex
    def show(name: str, size: int, mark: str) -> str:
        return ""

    (problem,) = refusal(show, inputs=ByAttrs)

    assert problem.code.number == "HB201"
    assert problem.message == "nothing provides `mark: str`, which `show` requires"


def test_a_misspelt_parameter_is_answered_with_the_input_and_nothing_else() -> None:
    @vertex
    def show(nmae: str, size: int) -> str:
        return ""

    (problem,) = refusal(show, inputs=ByAttrs)

    assert problem.help is not None
    assert problem.help.startswith("did you mean `input.name`?")
    assert 'inputs={"nmae": "input.name"}' in problem.help


def test_an_input_of_the_wrong_type_is_refused_by_name() -> None:
    @vertex
    def show(name: int, size: int) -> str:
        return ""

    assert codes(show, inputs=ByAttrs) == ["HB204"]


def test_an_input_that_nobody_takes_is_reported_at_its_field() -> None:
    @vertex
    def show(name: str) -> str:
        return name

    (problem,) = refusal(show, inputs=ByAttrs)

    assert problem.code.number == "HB209"
    assert problem.location is not None
    assert problem.location.subject == "field `size`"


def test_an_input_that_an_unread_parameter_may_take_is_not_reported() -> None:
    def show(name: str, size) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001 - the subject of the test
        return name

    assert codes(vertex(show), inputs=ByAttrs) == ["HB102"]


def test_an_input_of_a_strong_type_that_an_unread_parameter_may_take_is_not_reported() -> None:
    def inputs(key: UserId, mark: str) -> None: ...
    def load(user) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001 - the subject of the test
        return str(user)

    assert codes(vertex(load), inputs=inputs) == ["HB102", "HB209"]


def test_nothing_follows_from_a_binding_of_a_misspelt_parameter() -> None:
    @vertex(inputs={"adress": "input.name"})
    def send(address: str, size: int) -> str:
        return address

    assert codes(send, inputs=ByAttrs) == ["HB205"]


def test_a_field_that_the_class_fills_itself_is_an_input_that_nobody_must_take() -> None:
    @attrs.frozen
    class Signup:
        name: str
        size: int = attrs.field(init=False, default=3)

    @dataclass
    class Other:
        name: str
        size: int = field(init=False, default=3)

    @vertex
    def shout(name: str) -> str:
        return name

    for inputs in (Signup, Other):
        assert sources("greet", greet, inputs=inputs)["size"] == "name: input.size"
        assert not wire("flow", [shout], inputs=inputs).inputs["size"].required


def test_a_private_field_keeps_the_name_of_its_attribute() -> None:
    @attrs.frozen
    class Signup:
        _token: str

    @vertex(inputs={"secret": "input._token"})
    def show(secret: str) -> str:
        return secret

    assert sources("show", show, inputs=Signup) == {"secret": "explicit: input._token"}


def test_a_key_that_may_be_missing_feeds_only_parameters_with_a_default() -> None:
    @vertex
    def show(name: str, size: int) -> str:
        return name

    (problem,) = refusal(show, inputs=ByTypedDict)

    assert problem.code.number == "HB212"
    assert "the input `size` may be missing" in problem.message


def test_users_of_a_found_input_must_agree_and_are_reported_once() -> None:
    @vertex
    def first(size: int) -> int:
        return size

    @vertex
    def second(size: str) -> str:
        return size

    @vertex
    def third(size: float) -> float:
        return size

    (problem,) = refusal(first, second, third)

    assert problem.code.number == "HB210"
    assert problem.message == "the input `size` is `int` for `first`, but `str` for `second`"


def test_the_name_of_a_run_option_cannot_be_an_input() -> None:
    @attrs.frozen
    class Signup:
        parallel: bool

    @attrs.frozen
    class Aliased:
        many: bool = attrs.field(alias="parallel")

    @vertex
    def show(parallel: bool) -> str:
        return ""

    @vertex
    def other(many: bool) -> str:
        return ""

    assert codes(show) == ["HB212"]
    assert codes(show, inputs=Signup) == ["HB212"]
    assert codes(other, inputs=Aliased) == ["HB212"]


def test_what_declares_no_inputs_is_refused_and_nothing_that_follows_is_reported() -> None:
    class Plain:
        name: str

    for unusable in (Plain, int, ByAttrs("ann")):
        assert codes(greet, inputs=unusable) == ["HB212"]  # type: ignore[arg-type]  # an instance is the mistake


def test_a_function_must_name_and_annotate_its_inputs() -> None:
    def starred(name: str, *sizes: int) -> None: ...
    def bare(name: str, size) -> None: ...  # type: ignore[no-untyped-def]  # noqa: ANN001 - the subject of the test

    assert codes(greet, inputs=starred) == ["HB212"]
    assert codes(greet, inputs=bare) == ["HB212"]


def test_an_unresolved_field_is_reported_alone() -> None:
    @attrs.frozen
    class Signup:
        name: "Nobody"  # type: ignore[name-defined]  # noqa: F821 - the subject of the test
        size: int = 3

    assert codes(greet, inputs=Signup) == ["HB103"]
