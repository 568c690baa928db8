"""Settings in runs: call > options > `configure` > environment > default, field by field."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from hbia_dsl import Flow, vertex
from hbia_dsl.conf import Settings, configure
from hbia_dsl.errors import RunOptionError, SettingsError

calls: list[str] = []


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    calls.clear()
    configure()
    yield
    configure()


def _meeting_flow(*, overlaps: bool) -> Flow[..., Any]:
    """Two vertices that meet if they overlap; if they should not, they wait in vain."""
    met = threading.Barrier(2, timeout=10 if overlaps else 0.05)

    @vertex
    def left(number: int) -> bool:
        return _meet(met)

    @vertex
    def right(number: int) -> bool:
        return _meet(met)

    @vertex
    def both(left: bool, right: bool) -> bool:
        return left and right

    return Flow.of("meeting", left, right, both, result=both)


def _meet(barrier: threading.Barrier) -> bool:
    try:
        barrier.wait()
    except threading.BrokenBarrierError:
        return False
    return True


Sources = tuple[str | None, bool | None, bool | None, bool | None]

PRIORITIES: Final[list[tuple[Sources, bool]]] = [
    # environment, configured, option, call; and whether vertices overlap then
    ((None, None, None, None), False),
    (("true", None, None, None), True),
    (("true", False, None, None), False),
    (("false", True, None, None), True),
    (("true", False, True, None), True),
    (("true", True, False, None), False),
    ((None, None, False, True), True),
    (("true", True, True, False), False),
    (("maybe", True, None, None), True),
    (("maybe", None, True, None), True),
    (("maybe", None, None, False), False),
]


@pytest.mark.parametrize(("sources", "overlaps"), PRIORITIES)
def test_the_strongest_source_decides_and_an_explicit_false_counts(
    monkeypatch: pytest.MonkeyPatch, sources: Sources, overlaps: bool
) -> None:
    environment, configured, option, call = sources
    if environment is not None:
        monkeypatch.setenv("HBIA_PARALLEL_ENABLED", environment)
    if configured is not None:
        configure(Settings(PARALLEL_ENABLED=configured))
    flow = _meeting_flow(overlaps=overlaps)
    if option is not None:
        flow = flow.options(parallel=option)

    run = flow.run(number=1) if call is None else flow.run(parallel=call, number=1)

    assert run.value is overlaps


WORKERS: Final = [
    (None, None, None, 4),
    ("2", None, None, 2),
    ("2", 3, None, 3),
    ("2", 3, 1, 1),
    ("lots", 3, None, 3),
    ("lots", None, 5, 5),
]


@pytest.mark.parametrize(("environment", "configured", "option", "expected"), WORKERS)
def test_the_number_of_workers_has_the_same_priorities(
    monkeypatch: pytest.MonkeyPatch,
    environment: str | None,
    configured: int | None,
    option: int | None,
    expected: int,
) -> None:
    if environment is not None:
        monkeypatch.setenv("HBIA_MAX_WORKERS", environment)
    if configured is not None:
        configure(Settings(MAX_WORKERS=configured))

    assert _most_at_once(option, expected) == expected


def _most_at_once(max_workers: int | None, expected: int) -> int:
    """Count how many of six vertices run at once; each waits for as many as there should be."""
    arrived = threading.Condition()
    running = 0
    most = 0

    def body(number: int) -> int:
        nonlocal running, most
        with arrived:
            running += 1
            most = max(most, running)
            arrived.notify_all()
            arrived.wait_for(lambda: most >= expected, timeout=10)
            arrived.wait_for(lambda: most > expected, timeout=0.02)  # one too many shows here
            running -= 1
        return number

    vertices = []
    for index in range(6):

        def numbered(number: int) -> int:
            return body(number)

        vertices.append(vertex(name=f"v{index}")(numbered))
    flow: Flow[..., object] = Flow.of("many", *vertices).options(parallel=True)
    if max_workers is not None:
        flow = flow.options(max_workers=max_workers)
    flow.run(number=1)
    return most


@vertex
def note(number: int) -> int:
    calls.append("note")
    return number


NOTING: Final = Flow.of("noting", note, result=note)


@vertex(effect="pure")
def kept(number: int) -> int:
    calls.append(str(number))
    return number


PURE: Final = Flow.of("pure", kept, result=kept)

BAD: Final = [
    ("HBIA_PARALLEL_ENABLED", "maybe"),
    ("HBIA_ASYNC_ENABLED", "perhaps"),
    ("HBIA_CACHE_ENABLED", "often"),
    ("HBIA_MAX_WORKERS", "lots"),
    ("HBIA_CACHE_DIR", " "),
]


@pytest.mark.parametrize(("name", "text"), BAD)
@pytest.mark.parametrize("is_async", [False, True])
def test_a_bad_variable_stops_a_serial_run_before_any_handler(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str, is_async: bool
) -> None:
    monkeypatch.setenv(name, text)

    with pytest.raises(SettingsError, match=f"`{name}` must be") as error:
        asyncio.run(_awaited()) if is_async else NOTING.run(number=1)

    assert calls == []
    assert error.value.diagnostic.location is not None
    assert error.value.diagnostic.location.file == __file__
    assert error.value.diagnostic.help == "correct the environment variable, or remove it"


async def _awaited() -> int:
    return (await NOTING.run_async(number=1)).value


def test_an_empty_variable_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, _ in BAD:
        monkeypatch.setenv(name, "")

    assert NOTING.run(number=1).value == 1


def test_no_workers_are_refused_before_any_run() -> None:
    with pytest.raises(RunOptionError, match="`max_workers` must be a whole number of at least 1"):
        NOTING.options(max_workers=0)


@pytest.mark.parametrize("source", ["option", "configured", "environment"])
def test_a_cache_can_be_asked_for_in_three_ways(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: str
) -> None:
    monkeypatch.setenv("HBIA_CACHE_DIR", str(tmp_path))
    flow = PURE
    if source == "option":
        flow = PURE.options(cache=True)
    elif source == "configured":
        configure(Settings(CACHE_ENABLED=True))
    else:
        monkeypatch.setenv("HBIA_CACHE_ENABLED", "true")

    assert [flow.run(number=number).value for number in (1, 1, 2)] == [1, 1, 2]

    assert calls == ["1", "2"]
