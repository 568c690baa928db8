"""A parameter that takes no keyword is reached also over one that is left to its default."""

import asyncio
from typing import Final

import attrs
import pytest

from hbia_dsl import All, Flow, vertex
from hbia_dsl.lowering.lower_flow import lower_flow
from hbia_dsl.lowering.source_text import source_text

UNREACHABLE_S: Final = 1e6
"""A deadline that is never reached: with one, a flow runs on the kernel."""


class Special:
    """Known by its identity alone."""

    def __deepcopy__(self, _: object) -> "Special":
        raise AssertionError("a default is passed as it is")


SPECIAL: Final = Special()
NO_WORDS: Final[list[str]] = []


@attrs.frozen
class Inputs:
    """Lacks what the vertices leave to their defaults."""

    text: str


@vertex
def word(text: str) -> str:
    return text.upper()


@vertex
def over_one(times: int = 2, word: str = "none", /) -> str:
    return word * times


@vertex
def over_many(  # noqa: PLR0917 - every kind of default, before every kind of parameter
    times: int = 2,
    over_one: str = "none",
    ratio: float = 0.5,
    special: Special = SPECIAL,
    /,
    left: int = 3,
    word: str = "none",
    *,
    last: int = 4,
) -> list[object]:
    return [times, over_one, ratio, special, left, word, last]


@vertex
def reached(
    first: Special = SPECIAL,
    none: bytes | None = None,
    words: All[str] = NO_WORDS,
    /,
    after: int = 5,
) -> list[object]:
    return [first, none, words, after]


@vertex
async def awaited(times: float = 1e300, word: str = "none", /, *, left: int = 1) -> list[object]:
    await asyncio.sleep(0)
    return [times, word, left]


FLOW: Final = Flow.of("defaults", word, over_one, over_many, reached, inputs=Inputs)
VALUES: Final = {
    "word.word": "AB",
    "over_one.over_one": "ABAB",
    "over_many.over_many": [2, "ABAB", 0.5, SPECIAL, 3, "AB", 4],
    "reached.reached": [SPECIAL, None, ["AB", "ABAB"], 5],
}


@pytest.mark.parametrize("given", [{}, {"parallel": True}, {"timeout_s": UNREACHABLE_S}], ids=str)
def test_the_default_is_passed_as_the_same_object_in_every_mode(given: dict[str, object]) -> None:
    run = FLOW.options(**given).run(text="ab")  # type: ignore[arg-type]  # one option at most

    assert dict(run) == VALUES


def test_compiled_awaits_pass_it_too() -> None:
    flow = Flow.of("awaited", awaited, inputs=_Word, result=awaited)

    assert flow.run(word="w").value == [1e300, "w", 1]
    assert flow.options(timeout_s=UNREACHABLE_S).run(word="w").value == [1e300, "w", 1]


@attrs.frozen
class _Word:
    word: str


def test_the_text_of_the_flow_gives_the_same_values() -> None:
    for result in (over_many, reached):
        flow = Flow.of("defaults", word, over_one, over_many, reached, inputs=Inputs, result=result)
        text = source_text(lower_flow(flow.wired)).text
        names: dict[str, object] = {}
        exec(text, names)  # noqa: S102 - the text is the subject
        written = names["defaults"]

        assert callable(written)
        assert written(Inputs("ab")) == flow.run(text="ab").value
