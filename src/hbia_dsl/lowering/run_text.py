"""The text of a flow that runs: the lowered calls, with what a run must keep.

One line a vertex: call it in its own copy of the context, keep the result in a
variable and in its slot, check its contract, note the time if asked. Compiled once, it runs a
serial flow at the speed of code written by hand. A traceback shows these lines.
"""

import bisect
import types
from binascii import crc32
from collections.abc import Callable, Mapping, Sequence

import attrs

PIECE_VERTICES = 400
"""Vertices in one compiled function; CPython's compiler slows down on much longer ones."""

Piece = Callable[..., None]


@attrs.frozen
class RunCall:
    """One vertex, as a run needs it."""

    variable: str
    handler: Callable[..., object]
    positional: tuple[str, ...]
    """Expressions; variables of other vertices, or slots such as `S[3]`."""
    keywords: tuple[tuple[str, str], ...]
    """Names and expressions."""
    slot: int
    store: Callable[[list[object], object], None] | None
    """Checks a result that is split and puts it and its parts away; None if it is not split."""
    sure: frozenset[type] | None
    """Classes whose instances need no further check; None if the result is not checked."""
    reads: tuple[str, ...]
    """Variables of other vertices that the expressions mention."""


@attrs.frozen(eq=False)
class CompiledRun:
    """The compiled pieces of one flow, and which vertex each line belongs to."""

    pieces: tuple[Piece, ...]
    first_lines: tuple[tuple[int, ...], ...]
    """For each piece, the first line of each of its vertices."""
    is_timed: bool
    """Whether the pieces note when each vertex ended."""

    def vertex_at(self, traceback: types.TracebackType | None) -> int | None:
        """Return the number of the vertex in whose line a traceback passes a piece."""
        codes = {piece.__code__: number for number, piece in enumerate(self.pieces)}
        while traceback is not None:
            number = codes.get(traceback.tb_frame.f_code)
            if number is not None:
                place = bisect.bisect_right(self.first_lines[number], traceback.tb_lineno) - 1
                return None if place < 0 else number * PIECE_VERTICES + place
            traceback = traceback.tb_next
        return None


def compile_run(
    flow: str,
    calls: Sequence[RunCall],
    slot_of: Mapping[str, int],
    names: Mapping[str, object],
    *,
    timed: bool,
) -> CompiledRun:
    """Compile the calls of a flow, in the order in which they run.

    Args:
        flow: Name of the flow, for tracebacks.
        calls: The vertices in canonical order.
        slot_of: The slot of each variable, for pieces that read what others produced.
        names: What expressions mention besides slots and variables, and `check`: called with
            the number of a vertex and a result that is of none of its `sure` classes.
        timed: Whether to note when each vertex ended.
    """
    pieces, first_lines = [], []
    for start in range(0, len(calls), PIECE_VERTICES):
        number = start // PIECE_VERTICES
        part = calls[start : start + PIECE_VERTICES]
        lines, firsts = _piece_lines(part, start, slot_of, timed=timed)
        pieces.append(compile_piece(piece_title(flow, number), lines, part, names))
        first_lines.append(tuple(firsts))
    return CompiledRun(tuple(pieces), tuple(first_lines), timed)


def piece_title(flow: str, number: int) -> str:
    """Name a piece for people, where others have the name of their file."""
    return f"flow {flow}, part {number + 1}"


def borrowing_lines(calls: Sequence[RunCall], slot_of: Mapping[str, int]) -> list[str]:
    """Return the lines that fetch what pieces before this one produced."""
    own = {call.variable for call in calls}
    borrowed = sorted({name for call in calls for name in call.reads if name not in own})
    return [f"    {name} = S[{slot_of[name]}]" for name in borrowed]


def call_arguments(call: RunCall) -> list[str]:
    """Return the arguments of a call, as they are written."""
    named = (f"{name}={expression}" for name, expression in call.keywords)
    return [*call.positional, *named]


def keeping_lines(call: RunCall, number: int) -> list[str]:
    """Return the lines that check the result of a vertex and put it into its slot."""
    variable = call.variable
    if call.store is not None:
        return [f"    store_{variable}(S, {variable})"]
    lines = []
    if call.sure is not None:
        operator = "is not" if len(call.sure) == 1 else "not in"
        test = f"type({variable}) {operator} sure_{variable}"
        lines.append(f"    if {test}: check({number}, {variable})")
    return [*lines, f"    S[{call.slot}] = {variable}"]


def _piece_lines(
    calls: Sequence[RunCall], start: int, slot_of: Mapping[str, int], *, timed: bool
) -> tuple[list[str], list[int]]:
    lines = ["def run(S, T, now, copy):", *borrowing_lines(calls, slot_of)]
    firsts = []
    for offset, call in enumerate(calls):
        firsts.append(len(lines) + 1)
        lines += _call_lines(call, start + offset)
        if timed:
            lines.append(f"    T[{start + offset}] = now()")
    return lines, firsts


def _call_lines(call: RunCall, number: int) -> list[str]:
    arguments = ", ".join([f"call_{call.variable}", *call_arguments(call)])
    return [
        f"    {call.variable} = copy().run({arguments})",
        *keeping_lines(call, number),
    ]


def compile_piece(
    title: str, lines: Sequence[str], calls: Sequence[RunCall], names: Mapping[str, object]
) -> types.FunctionType:
    """Compile a text that defines `run`; return that function.

    Tracebacks call it by its title and a checksum: Python keeps the lines that it has shown
    by that name, and another flow, or the same one with other options, may have the title too.

    Args:
        title: What it is, for people.
        lines: The text.
        calls: The vertices in it: what it calls, and what checks and stores the results.
        names: What else the text mentions.
    """
    text = "\n".join(lines) + "\n"
    title = f"{title}, text {crc32(text.encode()):08x}"
    namespace: dict[str, object] = {"__name__": title, "__loader__": _Source(text), **names}
    for call in calls:
        namespace[f"call_{call.variable}"] = call.handler
        if call.store is not None:
            namespace[f"store_{call.variable}"] = call.store
        if call.sure is not None:
            (only,) = call.sure if len(call.sure) == 1 else (call.sure,)
            namespace[f"sure_{call.variable}"] = only
    exec(compile(text, title, "exec"), namespace)  # noqa: S102 - our own text: names and numbers only
    piece = namespace.pop("run")
    assert isinstance(piece, types.FunctionType)  # noqa: S101 - the text defines it
    return piece


class _Source:
    """Gives the text of a piece to tracebacks, which ask the loader of its globals."""

    def __init__(self, text: str) -> None:
        self._text = text

    def get_source(self, name: str) -> str:
        """Return the text."""
        del name
        return self._text
