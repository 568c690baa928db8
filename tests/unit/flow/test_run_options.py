"""Options of a run: which there are, what they may be, and what is said otherwise."""

from typing import Any, Final, get_args, get_type_hints

import attrs
import pytest

from hbia_dsl import Flow, vertex
from hbia_dsl.cache.memory_store import MemoryStore
from hbia_dsl.conf.not_given import NOT_GIVEN
from hbia_dsl.errors import RunInputError, RunOptionError
from hbia_dsl.flow.run_options import RULES, OptionsGiven, RunOptions


@vertex
def double(number: int) -> int:
    return 2 * number


FLOW: Final = Flow.of("doubling", double, result=double)
careless: Final[Any] = FLOW  # a caller without a type checker

GOOD: Final[dict[str, list[object]]] = {
    "parallel": [True, False],
    "max_workers": [1, 10**6],
    "max_tasks": [1, 10**6],
    "schedule": ["stages", "eager"],
    "async_backend": ["asyncio", "trio"],
    "timeout_s": [0.5, 1, 1e9, None],
    "on_error": ["stop", "continue"],
    "check": [True, False],
    "timings": [True, False],
    "grace_s": [0.5, 30],
    "cache": [True, False],
    "cache_store": [MemoryStore(), None],
    "transactions": [{}],
    "compensation_timeout_s": [0.5, 30],
    "compensation_attempts": [1, 10],
}

BAD: Final[dict[str, list[object]]] = {
    "parallel": ["yes", 1, None],
    "max_workers": [0, -1, 2.0, True, "4", None],
    "max_tasks": [0, 1.5, None],
    "schedule": ["egaer", None, 3, ["eager"]],
    "async_backend": ["curio", None],
    "timeout_s": [0, -1, "5", True, float("inf"), float("nan"), 1e12],
    "on_error": ["ignore", None],
    "check": [None, 0],
    "timings": [None, 0],
    "grace_s": [0, None, float("inf")],
    "cache": ["on", None],
    "cache_store": [".hbia_cache", 3, MemoryStore],
    "transactions": [None, "app.db", ["payment"]],
    "compensation_timeout_s": [0, None, float("inf")],
    "compensation_attempts": [0, 1.5, None],
}


def test_rules_options_and_their_types_name_the_same() -> None:
    names = [field.name for field in attrs.fields(RunOptions)]

    assert names == list(RULES) == list(get_type_hints(OptionsGiven)) == list(GOOD) == list(BAD)


def test_the_choices_of_rules_and_types_are_the_same() -> None:
    hints = get_type_hints(OptionsGiven)

    for name in ("schedule", "async_backend", "on_error"):
        assert get_args(hints[name]) == RULES[name].choices


def test_every_default_fits_its_own_rule() -> None:
    for field in attrs.fields(RunOptions):
        assert field.default is NOT_GIVEN or RULES[field.name].accepts(field.default)


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, vs in GOOD.items() for v in vs])
def test_an_option_takes_what_it_may_be(name: str, value: object) -> None:
    assert careless.options(**{name: value}).run(number=2).value == 4


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, vs in BAD.items() for v in vs])
def test_an_option_refuses_anything_else_at_the_call(name: str, value: object) -> None:
    with pytest.raises(RunOptionError) as error:
        careless.options(**{name: value})

    diagnostic = error.value.diagnostic
    assert diagnostic.message.startswith(f"`{name}` must be {RULES[name].wanted}, not ")
    assert diagnostic.location is not None
    assert diagnostic.location.file == __file__
    assert isinstance(error.value, ValueError)


def test_an_unknown_option_has_a_suggestion() -> None:
    with pytest.raises(RunOptionError, match="there is no run option `max_worker`") as error:
        careless.options(max_worker=3)

    assert error.value.diagnostic.help == "did you mean `max_workers`?"


def test_an_unknown_option_that_is_like_none_lists_all() -> None:
    with pytest.raises(RunOptionError) as error:
        careless.options(zzz=3)

    assert error.value.diagnostic.help == f"options are {', '.join(RULES)}"


def test_an_input_in_the_place_of_an_option_is_told() -> None:
    with pytest.raises(RunOptionError, match="`number` is an input of flow `doubling`") as error:
        careless.options(number=3)

    assert error.value.diagnostic.help == "give it to the run: run(number=...)"


def test_an_option_in_the_place_of_an_input_is_told() -> None:
    with pytest.raises(RunInputError, match="unknown input `max_workers`") as error:
        careless.run(number=3, max_workers=2)

    assert error.value.diagnostic.help == (
        "options go before the run: flow.options(max_workers=...)"
    )


def test_later_options_replace_earlier_ones_one_by_one() -> None:
    first = FLOW.options(max_workers=2, schedule="eager")
    second = first.options(max_workers=3)

    assert attrs.asdict(second._options)["schedule"] == "eager"  # noqa: SLF001 - what is kept
    assert second._options.max_workers == 3  # noqa: SLF001 - as above
    assert first._options.max_workers == 2  # noqa: SLF001 - as above


def test_options_do_not_change_the_flow_they_were_asked_of() -> None:
    before = FLOW._options  # noqa: SLF001 - what must not change
    FLOW.options(max_workers=2)
    FLOW.run(parallel=True, number=1)

    assert FLOW._options is before  # noqa: SLF001 - as above
