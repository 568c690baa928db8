"""`Run`: values by vertex and by name, outcomes, times; a lawful mapping."""

import asyncio
import re
from collections import ChainMap
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import attrs
import pytest

from hbia_dsl import All, Flow, Run, vertex
from hbia_dsl.errors import ResultError
from hbia_dsl.flow.run_options import OptionsGiven


class Scored(NamedTuple):
    best: str
    score: float


@vertex
def clean(names: list[str]) -> list[str]:
    return [name.strip() for name in names]


@vertex(inputs={"names": clean}, outputs=("best", "score"))
def rank(names: list[str]) -> Scored:
    return Scored(max(names, key=len), 0.5)


@vertex(inputs={"who": "rank.best"}, outputs="greeting")
async def greet(who: str) -> str:
    return f"hello {who}"


@vertex
def outsider(number: int) -> int:
    return number


FLOW: Final = Flow.of("greeting", clean, rank, greet, result=greet)


@pytest.fixture
def run() -> Run[str]:
    return FLOW.run(names=[" al ", "bert"])


def test_the_value_is_the_result_of_the_result_vertex(run: Run[str]) -> None:
    assert run.value == "hello bert"


def test_values_are_found_by_vertex(run: Run[str]) -> None:
    assert run[clean] == ["al", "bert"]
    assert run[rank].score == 0.5
    assert run[greet] == "hello bert"


def test_values_are_found_by_name(run: Run[str]) -> None:
    assert run["clean.clean"] == ["al", "bert"]
    assert run["rank.best"] == "bert"
    assert run["greet.greeting"] == "hello bert"


def test_a_run_is_a_lawful_mapping(run: Run[str]) -> None:
    keys = ["clean.clean", "rank.best", "rank.score", "greet.greeting"]

    assert isinstance(run, Mapping)
    assert list(run) == list(run.keys()) == keys
    assert len(run) == 4
    assert dict(run) == dict(run.items()) == {key: run[key] for key in keys}
    assert list(run.values()) == [run[key] for key in keys]
    assert all(key in run for key in keys)
    assert run == dict(run)
    assert {**run} == dict(run)


def test_a_key_that_is_not_there_is_not_there_in_any_way(run: Run[str]) -> None:
    careless: Any = run  # a caller without a type checker

    assert "rank.worst" not in run
    assert 3 not in careless
    assert None not in careless
    assert run.get("rank.worst") is None
    assert run.get("rank.worst", 1) == 1
    assert ChainMap({}, careless, {"rank.worst": 5})["rank.worst"] == 5
    with pytest.raises(KeyError):
        run["rank.worst"]
    with pytest.raises(LookupError):
        run["rank.worst"]


def test_membership_knows_vertices_too(run: Run[str]) -> None:
    careless: Any = run  # type checkers see a mapping of texts

    assert clean in careless
    assert outsider not in careless


@pytest.mark.parametrize(
    ("key", "help_"),
    [
        ("rank.bests", "did you mean `rank.best`?"),
        ("rnk.best", "did you mean `rank.best`?"),
        ("greet.greet", 'write run["greet.greeting"]; run[greet] is the whole result'),
        ("rank.rank", 'write run["rank.best"] or run["rank.score"]; run[rank] is the whole result'),
        ("rank", 'write run["rank.best"] or run["rank.score"]'),
        ("clan", "did you mean `clean`?"),
        (
            "zzz",
            "values are named `vertex.output`, or given by the vertex itself: run[vertex]",
        ),
    ],
)
def test_an_unknown_name_has_a_way_out(run: Run[str], key: str, help_: str) -> None:
    with pytest.raises(ResultError) as error:
        run[key]

    assert error.value.diagnostic.message == f"the run of flow `greeting` has no value `{key}`"
    assert error.value.diagnostic.help == help_
    assert error.value.diagnostic.location is not None
    assert error.value.diagnostic.location.file == __file__
    assert str(error.value).startswith("error[HB309]")


def test_a_vertex_that_is_not_in_the_flow_is_a_key_error(run: Run[str]) -> None:
    with pytest.raises(KeyError, match="no value `outsider`"):
        run[outsider]


def test_a_function_of_the_same_name_is_another_vertex(run: Run[str]) -> None:
    @vertex(name="clean")
    def other(names: list[str]) -> list[str]:
        return names

    with pytest.raises(KeyError):
        run[other]


def test_a_key_of_another_kind_is_told_by_its_type(run: Run[str]) -> None:
    careless: Any = run  # a caller without a type checker

    with pytest.raises(KeyError, match="no value `int`"):
        careless[3]


def test_renamed_vertices_and_methods_are_found() -> None:
    class Service:
        @vertex
        def fetch(self, number: int) -> int:
            return number + 1

        @vertex(name="kept")
        @staticmethod
        def keep(fetch: int) -> int:
            return fetch

    service = Service()
    run = Flow.of("methods", service.fetch, Service.keep).run(number=1)

    assert run[service.fetch] == 2
    assert run[Service.keep] == 2
    with pytest.raises(KeyError):
        run[Service().fetch]


def test_without_a_result_the_value_says_how_to_get_one() -> None:
    run = Flow.of("greeting", clean, rank, greet).run(names=["a"])

    with pytest.raises(ResultError, match="declares no result") as error:
        _ = run.value

    assert error.value.diagnostic.help == (
        "build the flow with `result=`, or ask by vertex: run[vertex]"
    )
    assert error.value.diagnostic.location is not None
    assert error.value.diagnostic.location.file == __file__


def test_the_representation_has_no_values_and_no_address(run: Run[str]) -> None:
    assert repr(run) == "Run('greeting', 4 values)"


def test_outcomes_are_named_in_canonical_order(run: Run[str]) -> None:
    assert list(run.states.items()) == [
        ("clean", "succeeded"),
        ("rank", "succeeded"),
        ("greet", "succeeded"),
    ]


def test_times_are_seconds_since_the_first_vertex(run: Run[str]) -> None:
    timings = run.timings

    assert list(timings) == ["clean", "rank", "greet"]
    assert timings["clean"].started_s == 0
    moments = [m for t in timings.values() for m in (t.started_s, t.ended_s)]
    assert moments == sorted(moments)
    assert all(t.duration_s == t.ended_s - t.started_s for t in timings.values())


def test_each_run_has_an_identity_that_stays(run: Run[str]) -> None:
    assert re.fullmatch("[0-9a-f]{12}", run.id)
    assert run.id == run.id
    assert FLOW.run(names=["a"]).id != run.id
    assert run.flow == "greeting"


def test_runs_do_not_share_values() -> None:
    first = FLOW.run(names=["al"])
    second = FLOW.run(names=["bert"])

    assert (first.value, second.value) == ("hello al", "hello bert")


@pytest.mark.parametrize("parallel", [False, True])
@pytest.mark.parametrize(
    "given",
    [{"schedule": s, "async_backend": b} for s in ("stages", "eager") for b in ("asyncio", "trio")],
)
def test_the_order_of_keys_is_the_same_in_every_mode(parallel: bool, given: OptionsGiven) -> None:
    flow = FLOW.options(**given)

    assert list(flow.run(parallel, names=["a"])) == list(FLOW.run(names=["a"]))


def test_a_fan_in_of_nothing_wrong_is_a_list_in_flow_order() -> None:
    @attrs.frozen
    class Word:
        text: str

    @vertex
    def first(text: str) -> Word:
        return Word(text)

    @vertex
    def second(text: str) -> Word:
        return Word(text * 2)

    @vertex
    def join(words: All[Word]) -> str:
        return " ".join(word.text for word in words)

    assert Flow.of("join", first, second, join, result=join).run(text="a").value == "a aa"


def test_a_result_that_is_none_is_a_value() -> None:
    @vertex
    def nothing(number: int) -> None:
        return None

    run = Flow.of("nothing", nothing, result=nothing).run(number=1)

    assert run.value is None
    assert dict(run) == {"nothing.nothing": None}
    assert "nothing.nothing" in run


def test_a_split_result_keeps_its_whole_beside_its_parts(run: Run[str]) -> None:
    assert run[rank] == Scored("bert", 0.5)
    assert run["rank.score"] is run[rank].score


@vertex
def doubled(number: int) -> int:
    return 2 * number


@vertex
def halved(doubled: int) -> float:
    return doubled / 2


@pytest.mark.parametrize("mode", [{}, {"parallel": True}, {"timeout_s": 60}], ids=str)
def test_a_run_without_timings_has_none_in_any_mode(mode: OptionsGiven) -> None:
    timed = Flow.of("halves", doubled, halved).options(**mode)
    untimed = timed.options(timings=False)

    run = untimed.run(number=2)

    assert run.timings == {}
    assert [vertex.duration_s for vertex in run.report] == [None, None]
    assert dict(run) == dict(timed.run(number=2))
    assert asyncio.run(untimed.run_async(number=2)).timings == {}
