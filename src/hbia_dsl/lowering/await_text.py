"""The text of an async flow that runs without parallelism: one `await` a vertex.

As for a flow that is not async (see `run_text`), the text keeps and checks each result.
After each vertex it gives up its turn, to whoever steps it: a `Context` cannot be
entered across an `await`, so the one who steps enters a new copy for the next vertex,
looks at the clock, and may stop here. No vertex ends by an exception that way, and no
coroutine is stepped from outside, which is why this is quicker than to step each one.
"""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Final

import attrs

from hbia_dsl.lowering.run_text import (
    PIECE_VERTICES,
    RunCall,
    borrowing_lines,
    call_arguments,
    compile_piece,
    keeping_lines,
    piece_title,
)
from hbia_dsl.typeforms.async_def import is_async_def

TURN: Final = object()
"""What a piece hands to the one who steps it when a vertex has ended."""


class _GivesTurn(tuple[object, ...]):
    """What the text awaits after a vertex: it hands on `TURN` once."""

    __slots__ = ()
    __await__ = tuple.__iter__  # a slot of C: half of what a method costs


AwaitedPiece = Callable[[list[object]], Coroutine[object, object, None]]
"""Takes the slots."""


@attrs.frozen(eq=False)
class AwaitedRun:
    """The compiled pieces of one async flow."""

    pieces: tuple[tuple[range, AwaitedPiece], ...]
    """The numbers of its vertices, and the piece. It hands on `TURN` once for each of
    them; what else it hands on is for the event loop."""


def compile_awaits(
    flow: str, calls: Sequence[RunCall], slot_of: Mapping[str, int], names: Mapping[str, object]
) -> AwaitedRun:
    """Compile the calls of a flow whose vertices are all async, in the order in which they run.

    Args:
        flow: Name of the flow, for tracebacks.
        calls: The vertices in canonical order.
        slot_of: The slot of each variable, for pieces that read what others produced.
        names: As for `compile_run`, and `awaitable`: makes sure that what a handler gave
            can be awaited.
    """
    pieces: list[tuple[range, AwaitedPiece]] = []
    names = {**names, "turn": _GivesTurn((TURN,))}
    for start in range(0, len(calls), PIECE_VERTICES):
        part = calls[start : start + PIECE_VERTICES]
        lines = ["async def run(S):", *borrowing_lines(part, slot_of)]
        for number, call in enumerate(part, start):
            lines += _awaiting_lines(call, number)
        title = piece_title(flow, len(pieces))
        numbers = range(start, start + len(part))
        pieces.append((numbers, compile_piece(title, lines, part, names)))
    return AwaitedRun(tuple(pieces))


def _awaiting_lines(call: RunCall, number: int) -> list[str]:
    made = f"call_{call.variable}({', '.join(call_arguments(call))})"
    if not is_async_def(call.handler):
        made = f"awaitable({made})"
    return [
        f"    {call.variable} = await {made}",
        *keeping_lines(call, number),
        "    await turn",
    ]
