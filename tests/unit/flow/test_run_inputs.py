"""The inputs of a run: declared in each way, checked all at once, at the user's call."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, NamedTuple, NotRequired, TypedDict, TypeVar

import attrs
import pytest
from attrs import validators

from hbia_dsl import Flow, FlowFailed, Run, vertex
from hbia_dsl.errors import ContractInputError, RunInputError, RunOptionError

T = TypeVar("T")


@attrs.frozen
class AttrsInputs:
    name: str
    age: int = 7


@dataclass(frozen=True)
class DataclassInputs:
    name: str
    age: int = 7


class TupleInputs(NamedTuple):
    name: str
    age: int = 7


class DictInputs(TypedDict):
    name: str
    age: NotRequired[int]


def function_inputs(name: str, age: int = 7) -> None:
    raise AssertionError("only its signature is wanted")


@vertex
def describe(name: str, age: int = 7) -> str:
    return f"{name} is {age}"


DECLARED: Final[dict[str, Any]] = {
    "attrs class": AttrsInputs,
    "dataclass": DataclassInputs,
    "NamedTuple": TupleInputs,
    "TypedDict": DictInputs,
    "function": function_inputs,
    "undeclared": None,
}
calls: list[str] = []


@vertex
def note(name: str) -> str:
    calls.append(name)
    return name


@pytest.fixture(params=DECLARED)
def flow(request: pytest.FixtureRequest) -> Flow[..., str]:
    inputs = DECLARED[request.param]
    calls.clear()
    if inputs is None:
        return Flow.of("greet", note, describe, result=describe)
    return Flow.of("greet", note, describe, inputs=inputs, result=describe)


def _run(flow: Flow[..., str], **inputs: object) -> Run[str]:
    return flow.run(False, **inputs)


def _async_run(flow: Flow[..., str], **inputs: object) -> Run[str]:
    async def main() -> Run[str]:
        return await flow.run_async(False, **inputs)

    return asyncio.run(main())


ways_to_run = pytest.mark.parametrize("run", [_run, _async_run], ids=["run", "run_async"])


@ways_to_run
def test_inputs_are_given_by_keyword(flow: Flow[..., str], run: Callable[..., Run[str]]) -> None:
    assert run(flow, name="ann", age=3).value == "ann is 3"


@ways_to_run
def test_an_optional_input_may_be_left_out(
    flow: Flow[..., str], run: Callable[..., Run[str]]
) -> None:
    assert run(flow, name="ann").value == "ann is 7"


@ways_to_run
def test_a_missing_and_an_unknown_input_are_told_together_at_the_call(
    flow: Flow[..., str], run: Callable[..., Run[str]]
) -> None:
    with pytest.raises(RunInputError) as error:
        run(flow, nane="ann")

    diagnostic = error.value.diagnostic
    assert diagnostic.message == "flow `greet` cannot run: 2 problems with its inputs"
    assert diagnostic.notes == (
        "missing input `name` of type `str`",
        "unknown input `nane`; did you mean `name`?",
    )
    assert diagnostic.help == "flow `greet` takes name, age"
    assert diagnostic.location is not None
    assert diagnostic.location.file == __file__
    assert calls == []


def test_one_problem_is_in_the_headline(flow: Flow[..., str]) -> None:
    with pytest.raises(RunInputError) as error:
        flow.run()

    assert error.value.diagnostic.message == (
        "flow `greet` cannot run: missing input `name` of type `str`"
    )
    assert isinstance(error.value, TypeError)


@ways_to_run
def test_every_input_of_a_wrong_type_is_told_before_anything_runs(
    flow: Flow[..., str], run: Callable[..., Run[str]]
) -> None:
    with pytest.raises(ContractInputError) as error:
        run(flow, name=b"secret", age="hidden")

    assert error.value.diagnostic.notes == (
        "input `name` is not `str`: expected str, found bytes",
        "input `age` is not `int`: expected int, found str",
    )
    assert "secret" not in str(error.value.diagnostic)
    assert "hidden" not in str(error.value.diagnostic)
    assert error.value.diagnostic.location is not None
    assert error.value.diagnostic.location.file == __file__
    assert calls == []


def test_checking_can_be_switched_off_for_a_flow(flow: Flow[..., str]) -> None:
    assert flow.options(check=False).run(name="ann", age="old").value == "ann is old"


def test_an_input_by_position_lands_on_parallel_and_is_refused_with_the_reason(
    flow: Flow[..., str],
) -> None:
    with pytest.raises(RunOptionError, match="`parallel` must be True or False") as error:
        flow.run("ann", 3)  # type: ignore[arg-type]  # the point

    assert error.value.diagnostic.help == (
        "give the flow's inputs by keyword: `parallel` comes first"
    )


def test_values_of_earlier_runs_do_not_come_back(flow: Flow[..., str]) -> None:
    flow.run(name="ann", age=3)

    assert flow.run(name="bob").value == "bob is 7"


def test_inputs_after_parallel_may_be_positional_where_the_declaration_allows_it() -> None:
    for inputs in (AttrsInputs, DataclassInputs, TupleInputs, function_inputs):
        flow: Flow[..., str] = Flow.of("greet", describe, inputs=inputs, result=describe)
        assert flow.run(False, "ann", 3).value == "ann is 3"
    for flow in (
        Flow.of("greet", describe, result=describe),
        Flow.of("greet", describe, inputs=DictInputs, result=describe),
    ):
        with pytest.raises(RunInputError, match="2 inputs were given by position"):
            flow.run(False, "ann", 3)


def test_too_many_positional_inputs_are_refused() -> None:
    flow: Flow[..., str] = Flow.of("greet", describe, inputs=AttrsInputs, result=describe)

    with pytest.raises(RunInputError, match="too many positional arguments"):
        flow.run(False, "ann", 3, 4)


def _stripped(text: str) -> str:
    return text.strip()


@attrs.frozen
class Strict:
    """A class with everything that attrs offers for an input."""

    _name: str = attrs.field(converter=_stripped)
    age: int = attrs.field(default=7, validator=validators.gt(0), alias="years")
    nick: str = attrs.field(init=False)
    tags: list[str] = attrs.field(factory=list, validator=validators.max_len(2))

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "nick", self._name[:1])


@vertex(inputs={"name": "input._name"})
def full(name: str, age: int, nick: str, tags: list[str]) -> str:
    return f"{name} {age} {nick} {tags}"


STRICT: Final = Flow.of("strict", full, inputs=Strict, result=full)


def test_converters_defaults_aliases_and_computed_fields_apply() -> None:
    assert STRICT.run(name=" ann ").value == "ann 7 a []"
    assert STRICT.run(name="ann", years=3, tags=["x"]).value == "ann 3 a ['x']"


def test_a_default_made_by_a_factory_is_new_for_each_run() -> None:
    @vertex
    def extend(tags: list[str]) -> list[str]:
        tags.append("seen")
        return tags

    @attrs.frozen
    class Tags:
        tags: list[str] = attrs.field(factory=list)

    flow = Flow.of("tags", extend, inputs=Tags, result=extend)

    assert flow.run().value == flow.run().value == ["seen"]


def test_every_validator_that_refuses_is_told_with_its_path_and_without_the_value() -> None:
    with pytest.raises(RunInputError) as error:
        STRICT.run(name="ann", years=-41, tags=["a", "b", "c"])

    notes = error.value.diagnostic.notes
    assert [note.partition(":")[0] for note in notes] == ["input.years", "input.tags"]
    assert all("refused by a validator: ValueError" in note for note in notes)
    assert "-41" not in str(error.value.diagnostic)
    assert isinstance(error.value.__cause__, ValueError)


def test_a_converter_that_fails_is_told_with_its_path() -> None:
    with pytest.raises(RunInputError, match=r"input\.name: refused by a converter") as error:
        STRICT.run(name=3)  # type: ignore[arg-type]  # the point

    assert isinstance(error.value.__cause__, AttributeError)


def test_what_a_dataclass_refuses_is_told() -> None:
    @dataclass
    class Positive:
        number: int
        more: list[int] = field(default_factory=list)

        def __post_init__(self) -> None:
            if self.number < 0:
                raise ValueError("must not be negative")

    @vertex
    def take(number: int, more: list[int]) -> int:
        return number + len(more)

    flow = Flow.of("positive", take, inputs=Positive, result=take)

    assert flow.run(number=1, more=[1]).value == 2
    with pytest.raises(RunInputError, match="must not be negative") as error:
        flow.run(number=-1)
    assert isinstance(error.value.__cause__, ValueError)


def test_an_alias_is_the_keyword_that_is_missing() -> None:
    @attrs.frozen
    class Aliased:
        number: int = attrs.field(alias="count")

    @vertex
    def take(number: int) -> int:
        return number

    flow = Flow.of("aliased", take, inputs=Aliased, result=take)

    assert flow.run(count=2).value == 2
    with pytest.raises(RunInputError) as error:
        flow.run(number=2)  # type: ignore[call-arg]  # the point
    assert [note.partition("`")[2].partition("`")[0] for note in error.value.diagnostic.notes] == [
        "count",
        "number",
    ]


@attrs.frozen
class Box(Generic[T]):
    content: T


def test_a_generic_class_with_its_argument_declares_inputs() -> None:
    @vertex
    def open_box(content: int) -> int:
        return content

    flow: Flow[..., int] = Flow.of("box", open_box, inputs=Box[int], result=open_box)

    assert flow.run(content=3).value == 3
    with pytest.raises(ContractInputError):
        flow.run(content="three")


def test_a_positional_only_parameter_of_a_function_is_an_input() -> None:
    def positional(number: int, /, *, plus: int = 1) -> None:
        raise AssertionError

    @vertex
    def add(number: int, plus: int) -> int:
        return number + plus

    flow: Flow[..., int] = Flow.of("positional", add, inputs=positional, result=add)

    assert flow.run(False, 2).value == 3
    assert flow.run(False, 2, plus=2).value == 4


@pytest.mark.parametrize("name", ["self", "args", "kwargs", "flow", "options", "name", "planned"])
def test_an_input_may_be_called_like_our_own_words(name: str) -> None:
    namespace: dict[str, Any] = {"vertex": vertex}
    exec(f"@vertex\ndef take({name}: int) -> int:\n    return {name}", namespace)  # noqa: S102 - any name
    flow: Flow[..., object] = Flow.of("words", namespace["take"], result=namespace["take"])

    assert flow.run(False, **{name: 5}).value == 5


def test_a_parameter_keeps_its_own_default_if_an_input_is_not_given() -> None:
    default = object()

    @vertex
    def first(thing: object = default) -> bool:
        return thing is default

    @vertex
    def second(*, thing: object = None) -> bool:
        return thing is None

    flow = Flow.of("defaults", first, second)

    assert dict(flow.run()) == {"first.first": True, "second.second": True}
    assert dict(flow.run(thing=1)) == {"first.first": False, "second.second": False}
    assert dict(flow.run(thing=None)) == {"first.first": False, "second.second": True}


def test_an_optional_key_binds_by_name_and_by_hand() -> None:
    @vertex(inputs={"years": "input.age"})
    def bound(years: int = 40) -> int:
        return years

    flow = Flow.of("optional", describe, bound, inputs=DictInputs)

    assert dict(flow.run(name="ann")) == {"describe.describe": "ann is 7", "bound.bound": 40}


def test_a_failing_handler_is_no_problem_of_the_inputs() -> None:
    @vertex
    def fail(name: str) -> str:
        raise TypeError(f"not this {name}")

    with pytest.raises(FlowFailed) as error:
        Flow.of("failing", fail).run(name="ann")

    assert isinstance(error.value.root, TypeError)
