"""The text of a lock: what was written is read back, and nothing else is taken for a lock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow_drawings import HOSTILE_TEXTS
from hbia_dsl.locking.lock_text import FactKey, LockedFlow, LockTextError, lock_text, read_lock

HEADER = "hbia lock, format 1\n"

identifiers = st.sampled_from(["a", "b", "mail", "to", "rank", "\u00e9t\u00e9"])
any_text = st.sampled_from(HOSTILE_TEXTS) | st.text(st.characters(codec="utf-8"), max_size=12)


@st.composite
def facts(draw: st.DrawFn) -> dict[FactKey, str]:
    """Facts of any flow, in any order, with any values."""
    found: dict[FactKey, str] = {}
    for word in ("name", "inputs", "result"):
        if draw(st.booleans()):
            found[word,] = draw(any_text)
    for word in ("input", "group"):
        for name in draw(st.lists(identifiers, max_size=2)):
            found[word, name] = draw(any_text)
    for name in draw(st.lists(any_text, max_size=2)):
        found["type", name] = draw(any_text)
    for vertex in draw(st.lists(identifiers, max_size=3, unique=True)):
        found["vertex", vertex] = ""
        for word in ("kind", "effect", "version", "group", "returns"):
            if draw(st.booleans()):
                found["vertex", vertex, word] = draw(any_text)
        for word in ("takes", "gives"):
            for name in draw(st.lists(identifiers, max_size=2)):
                found["vertex", vertex, word, name] = draw(any_text)
    return dict(draw(st.permutations(list(found.items()))))


flows = st.lists(
    st.builds(LockedFlow, st.sampled_from(["app:a", "app.b:make()", "app:c.d"]), facts()),
    max_size=3,
    unique_by=lambda flow: flow.target,
)


@given(flows)
def test_what_was_written_is_read_back(locked: list[LockedFlow]) -> None:
    text = lock_text(locked)

    assert read_lock(text) == {flow.target: flow for flow in locked}
    assert lock_text(read_lock(text).values()) == text


@given(flows, st.randoms(use_true_random=False))
def test_the_order_of_facts_and_flows_does_not_matter(
    locked: list[LockedFlow], random: object
) -> None:
    def shuffled(flow: LockedFlow) -> LockedFlow:
        items = list(flow.facts.items())
        random.shuffle(items)  # type: ignore[attr-defined]  # a Random, which Hypothesis does not type
        return LockedFlow(flow.target, dict(items))

    assert lock_text(map(shuffled, reversed(locked))) == lock_text(locked)


@given(flows)
def test_every_fact_has_a_line_of_its_own(locked: list[LockedFlow]) -> None:
    lines = [line for line in lock_text(locked).splitlines() if line and line[0] == " "]

    assert len(lines) == sum(len(flow.facts) for flow in locked)
    assert all(line.isprintable() for line in lines)


@given(st.text(max_size=40) | flows.map(lock_text).flatmap(lambda t: st.just(t.replace("a", ":"))))
def test_any_text_is_read_or_refused_with_its_line(text: str) -> None:
    refused: LockTextError | None = None
    try:
        read_lock(text)
    except LockTextError as error:
        refused = error

    assert refused is None or 1 <= refused.line <= len(text.splitlines()) + 1
    assert refused is None or refused.reason


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "a lock begins with"),
        ("hello\n", 1, "a lock begins with"),
        ("hbia lock, format 2\n", 1, "its format is 2"),
        (HEADER + "flow app:a\n<<<<<<< ours\n", 3, "merged"),
        (HEADER + "  name: a\n", 2, "belongs to no flow"),
        (HEADER + "flow app:a\n    kind: sync\n", 3, "belongs to no flow"),
        (HEADER + "flow app:a\n  colour: red\n", 3, "says nothing"),
        (HEADER + "flow app:a\n  kind: sync\n", 3, "says nothing"),
        (HEADER + "flow app:a\n      kind: sync\n", 3, "says nothing"),
        (HEADER + "flow app:a\n  name: a\n  name: b\n", 4, "twice"),
        (HEADER + 'flow app:a\n  name: "a\n', 3, "quotes"),
        (HEADER + 'flow app:a\n  name: "a" + b\n', 3, "quotes"),
        (HEADER + "flow app:a\n  name: a\n    kind: sync\n", 4, "belongs to no flow"),
    ],
)
def test_what_is_no_lock_is_refused_with_line_and_reason(text: str, line: int, reason: str) -> None:
    with pytest.raises(LockTextError) as caught:
        read_lock(text)

    assert caught.value.line == line
    assert reason in caught.value.reason


def test_comments_and_empty_lines_say_nothing() -> None:
    text = HEADER + "# a comment\n\nflow app:a\n\n  name: a\n# another\n  result: b\n"

    assert read_lock(text)["app:a"].facts == {("name",): "a", ("result",): "b"}
