"""The graphs that are measured, and the Python that is written out for them.

For each graph the bench writes source text and executes it: the vertices as functions, and
around the same functions two programs without any flow: **a** calls them one by one with
results in local variables, which is the physical limit; **b** loops over a table of the
order with a dict of results, which is what one writes by hand for a graph of data.

This module knows nothing of flows: the peers are measured with it in an environment of
their own.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import attrs

Function = Callable[..., object]

Row = tuple[str, Function, tuple[str, ...]]
"""Name, function, and the names of what it takes, in order."""

PIECES_A_BLOCK = 2_000
"""Source is compiled in blocks: the syntax tree of 100,000 functions would fill the memory."""


@attrs.frozen
class Workload:
    """A graph by its rows of predecessors; every predecessor has a smaller number."""

    name: str
    title: str
    rows: Sequence[tuple[int, ...]]
    collects: bool = False
    """Whether the last vertex takes all its predecessors as one list."""

    def __len__(self) -> int:
        return len(self.rows)


def chain(count: int = 1_000) -> Workload:
    """Make W1: each vertex follows the one before it."""
    return Workload("W1", f"chain of {count:,}", [(), *((i - 1,) for i in range(1, count))])


def fan(count: int = 1_000) -> Workload:
    """Make W2: one vertex, many that follow it, one that collects these."""
    rows = [(), *((0,) for _ in range(count)), tuple(range(1, count + 1))]
    return Workload("W2", f"1 -> {count:,} -> 1", rows, collects=True)


def layers(depth: int = 100, width: int = 100, *, name: str = "W3") -> Workload:
    """Make W3: layers of which each vertex follows two or three of the layer before; seeded."""
    chosen = random.Random(20)
    rows: list[tuple[int, ...]] = [()] * width
    for layer in range(1, depth):
        before = range((layer - 1) * width, layer * width)
        parents = (chosen.sample(before, chosen.choice((2, 3))) for _ in range(width))
        rows += [tuple(sorted(row)) for row in parents]
    return Workload(name, f"{depth:,} layers x {width}, 2-3 parents", rows)


def diamond() -> Workload:
    """Make W4: four vertices, built once and run many times."""
    return Workload("W4", "diamond of four", [(), (0,), (0,), (1, 2)])


@attrs.frozen
class Written:
    """A workload as executed source."""

    workload: Workload
    vertices: Sequence[Function]
    straight: Function
    """a: direct calls, results in locals."""
    looped: Function
    """b: a loop over the order with a dict of results."""


def write(workload: Workload, names: Mapping[str, object], *, is_async: bool = False) -> Written:
    """Write a workload out as source and execute it.

    Args:
        workload: The graph.
        names: What annotations name beside `int`.
        is_async: Whether its vertices are `async def`.
    """
    known = {"__name__": f"bench_{workload.name}", **names}
    execute(_vertex_sources(workload, is_async=is_async), known)
    functions = [_function(known, f"v{v}") for v in range(len(workload))]
    known["ORDER"] = order_table(workload, functions)
    execute([_straight_source(workload, is_async=is_async)], known)
    execute([_looped_source(is_async=is_async)], known)
    return Written(workload, functions, _function(known, "straight"), _function(known, "looped"))


def write_vertices(
    workload: Workload, *, texts: bool = False, is_async: bool = False
) -> list[Function]:
    """Write only the vertices; every one takes each value by a parameter of its own.

    Args:
        workload: The graph.
        texts: Whether annotations are text.
        is_async: Whether they are `async def`.
    """
    plain = attrs.evolve(workload, collects=False)
    sources: Iterable[str] = _vertex_sources(plain, is_async=is_async)
    if texts:
        sources = (source.replace("int", "'int'") for source in sources)
    known: dict[str, object] = {"__name__": f"bench_{workload.name}"}
    execute(sources, known)
    return [_function(known, f"v{v}") for v in range(len(workload))]


def order_table(workload: Workload, functions: Sequence[Function]) -> list[Row]:
    """Make the table of **b**."""
    table: list[Row] = []
    for v, (function, row) in enumerate(zip(functions, workload.rows, strict=True)):
        table.append((f"v{v}", function, tuple(f"v{p}" for p in row)))
    if workload.collects:
        name, collecting, sources = table[-1]
        table[-1] = (name, lambda *parts: collecting(list(parts)), sources)
    return table


def execute(sources: Iterable[str], names: dict[str, object]) -> None:
    """Execute pieces of source, whole definitions each, in one namespace."""
    block: list[str] = []
    for source in sources:
        block.append(source)
        if len(block) >= PIECES_A_BLOCK:
            _execute_text("".join(block), names)
            block.clear()
    _execute_text("".join(block), names)


def _execute_text(text: str, names: dict[str, object]) -> None:
    exec(compile(text, f"<{names['__name__']}>", "exec"), names)  # noqa: S102 - writing programs is what this is for


def _vertex_sources(workload: Workload, *, is_async: bool) -> Iterator[str]:
    define = "async def" if is_async else "def"
    last = len(workload) - 1
    for v, row in enumerate(workload.rows):
        if v == last and workload.collects:
            yield f"{define} v{v}(parts: All[Part]) -> int:\n    return sum(parts)\n"
            continue
        # Named after the vertices that they take from, so they are bound by name.
        parameters = ", ".join(f"v{p}: int" for p in row)
        returns = "Part" if workload.collects and v else "int"
        result = " + ".join(["1", *(f"v{p}" for p in row)])
        if len(row) > 1:
            result = f"{result} & 63"  # else sums of sums would soon be anything but small
        yield f"{define} v{v}({parameters}) -> {returns}:\n    return {result}\n"


def _straight_source(workload: Workload, *, is_async: bool) -> str:
    lines = ["async def straight():" if is_async else "def straight():"]
    await_ = "await " if is_async else ""
    last = len(workload) - 1
    for v, row in enumerate(workload.rows):
        arguments = ", ".join(f"r{p}" for p in row)
        if v == last and workload.collects:
            arguments = f"[{arguments}]"
        lines.append(f"    r{v} = {await_}v{v}({arguments})")
    return "\n".join([*lines, f"    return r{last}", ""])


def _looped_source(*, is_async: bool) -> str:
    await_ = "await " if is_async else ""
    return f"""\
{"async def" if is_async else "def"} looped():
    results = {{}}
    for name, function, sources in ORDER:
        results[name] = {await_}function(*(results[s] for s in sources))
    return results
"""


def _function(names: dict[str, object], name: str) -> Function:
    found = names[name]
    assert callable(found)  # noqa: S101 - it was defined just now
    return found
