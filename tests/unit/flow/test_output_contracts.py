"""Results are checked once, where they are produced, and split by name."""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypedDict

import attrs
import pytest

from hbia_dsl import Flow, FlowFailed, vertex
from hbia_dsl.errors import ContractOutputError

wrong: Final[Any] = {"text": "secret", "list": [1, 2, "three"], "none": None, "float": 1.5}


@vertex
def after(number: int) -> int:
    raise AssertionError("this must not run")


def _failure(returned: object, annotation: object, **options: Any) -> FlowFailed:  # noqa: ANN401 - options of @vertex
    """Run a vertex that is annotated one way and returns something else."""

    def number() -> object:
        return returned

    number.__annotations__["return"] = annotation
    others = [] if options else [after]
    flow: Flow[..., object] = Flow.of("wrong", vertex(**options)(number), *others)
    with pytest.raises(FlowFailed) as error:
        flow.run()
    return error.value


@pytest.mark.parametrize(
    ("returned", "annotation", "where"),
    [
        ("secret", int, "expected int, found str"),
        (None, int, "expected int, found None"),
        (1.5, int, "expected int, found float"),
        ([1, 2, "three"], list[int], "item 2: expected int, found str"),
        ({"a": [1, None]}, dict[str, list[int]], "item 1: expected int, found None"),
    ],
)
def test_a_result_of_a_wrong_type_is_a_failure_of_its_vertex(
    returned: object, annotation: object, where: str
) -> None:
    def number() -> object:
        return returned

    number.__annotations__["return"] = annotation
    flow: Flow[..., object] = Flow.of("wrong", vertex(number))

    with pytest.raises(FlowFailed) as error:
        flow.run()

    root = error.value.root
    assert isinstance(root, ContractOutputError)
    assert isinstance(root, TypeError)
    assert "vertex `number` returned something that is not" in root.diagnostic.message
    assert where in root.diagnostic.message
    assert "secret" not in str(root.diagnostic)
    assert root.diagnostic.location is not None
    assert root.diagnostic.location.file == __file__
    assert "vertex `number`" in root.__notes__[0]


def test_what_follows_is_skipped() -> None:
    failed = _failure("text", int)

    assert list(failed.failures) == ["number"]
    assert failed.skipped == ("after",)


@pytest.mark.parametrize(
    ("value", "annotation"), [(True, int), (1, float), (None, int | None), ([1], list[float])]
)
def test_what_a_type_checker_accepts_is_accepted(value: object, annotation: object) -> None:
    def number() -> object:
        return value

    number.__annotations__["return"] = annotation

    assert Flow.of("fine", vertex(number), result=number).run().value == value


def test_a_vertex_can_be_left_unchecked() -> None:
    @vertex(check=False)
    def number() -> int:
        return wrong["text"]  # type: ignore[no-any-return]  # the point

    assert dict(Flow.of("lax", number).run()) == {"number.number": "secret"}


def test_a_flow_can_be_left_unchecked_and_checked_again() -> None:
    @vertex
    def number() -> int:
        return wrong["text"]  # type: ignore[no-any-return]  # the point

    flow = Flow.of("lax", number, result=number)
    lax = flow.options(check=False)

    assert lax.run().value == wrong["text"]
    with pytest.raises(FlowFailed):
        lax.options(check=True).run()
    with pytest.raises(FlowFailed):
        flow.run()


def test_a_result_without_annotation_is_not_checked() -> None:
    def number():  # type: ignore[no-untyped-def]  # noqa: ANN202 - the point
        return object()

    assert "number.number" in Flow.of("any", vertex(number)).run()


class Pair(NamedTuple):
    best: str
    score: float


class Counted(TypedDict):
    best: str
    score: float


@attrs.frozen
class AttrsScored:
    score: float
    best: str


@dataclass
class DataScored:
    score: float
    best: str


def _pair() -> tuple[str, float]:
    return "ann", 0.5


def _named() -> Pair:
    return Pair("ann", 0.5)


def _typed() -> Counted:
    return {"best": "ann", "score": 0.5}


def _attrs() -> AttrsScored:
    return AttrsScored(0.5, "ann")


def _dataclass() -> DataScored:
    return DataScored(0.5, "ann")


def _mapping() -> dict[str, object]:
    return {"score": 0.5, "best": "ann", "more": 1}


@pytest.mark.parametrize("parallel", [False, True])
@pytest.mark.parametrize("made", [_pair, _named, _typed, _attrs, _dataclass, _mapping])
def test_a_result_is_split_by_position_or_by_field(made: Any, parallel: bool) -> None:  # noqa: ANN401 - several types
    def rank() -> object:
        return made()

    rank.__annotations__["return"] = made.__annotations__["return"]
    flow: Flow[..., object] = Flow.of("split", vertex(outputs=("best", "score"))(rank))

    run = flow.run(parallel)

    assert dict(run) == {"rank.best": "ann", "rank.score": 0.5}
    assert run[rank] == made()


def test_a_split_result_of_a_wrong_type_is_refused_before_it_is_split() -> None:
    failed = _failure(("ann", "high"), tuple[str, float], outputs=("best", "score"))

    assert isinstance(failed.root, ContractOutputError)
    assert "item 1: expected float, found str" in str(failed.root)


@pytest.mark.parametrize(
    ("returned", "part"),
    [({"best": "ann"}, "score"), (("ann",), "1"), (None, "best"), ({}, "best")],
)
def test_a_part_that_is_not_there_is_a_broken_contract(returned: object, part: str) -> None:
    annotation = tuple[str, float] if isinstance(returned, tuple) else dict[str, object]
    failed = _failure(returned, annotation, outputs=("best", "score"), check=False)

    assert isinstance(failed.root, ContractOutputError)
    assert f"without the part `{part}`, which `outputs=` names" in str(failed.root)
