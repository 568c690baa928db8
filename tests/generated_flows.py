"""Random typed flows, each written twice: as vertices, and by hand as the calls they mean.

A flow is a bundle of edges. An edge takes a value of one type, perhaps through a generic
vertex or out of a split result, to a parameter of another; about a third of the flows hold
an edge that does not fit. The calls are written here from the same choices and know nothing
of how the package lowers a flow.
"""

import random
from collections.abc import Iterator
from typing import Final

import attrs

from typeform_pairs import PairGenerator, text

VERTICES_HEAD: Final = """\
import dataclasses
from typing import NamedTuple, TypedDict, TypeVar
import attrs
from hbia_dsl import All, Flow, vertex
T = TypeVar("T")
S = TypeVar("S")
"""

CALLS_HEAD: Final = "import generated_vertices as g\n"

_NEVER: Final = frozenset({"Never", "NoReturn"})
_KINDS: Final = ("direct", "same", "wrapped", "first", "paired", "split", "record", "collected")
_RECORDS: Final = {
    "NamedTuple": "class {name}(NamedTuple):",
    "TypedDict": "class {name}(TypedDict):",
    "attrs": "@attrs.frozen\nclass {name}:",
    "dataclass": "@dataclasses.dataclass\nclass {name}:",
}


@attrs.frozen
class GeneratedFlow:
    """One flow in both writings."""

    number: int
    vertices: tuple[str, ...]
    """Definitions for the module of vertices."""
    maker: str
    """A function for that module which builds the flow."""
    calls: tuple[str, ...]
    """Lines of the function that means the same."""


class FlowGenerator:
    """Makes flows from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._pairs = PairGenerator(seed)

    def flows(self, count: int) -> Iterator[GeneratedFlow]:
        """Yield flows, numbered from 0."""
        for number in range(count):
            writer = _FlowWriter(number, self._random)
            for _ in range(self._random.choice((1, 2, 2, 3))):
                writer.edge(self._random.choice(_KINDS), *self._types())
            declaration = self._random.choice((None, None, "function", *_RECORDS))
            inputs = [self._types() for _ in range(self._random.choice((1, 2)))]
            yield writer.flow(declaration, inputs if declaration else [])

    def _types(self) -> tuple[str, str]:
        """Return the types of a value and of a parameter, which fit in most cases."""
        while True:
            (source, target) = next(self._pairs.pairs(1))
            if self._random.random() < 0.8:
                target = self._random.choice((source, self._pairs.wider(source)))
            if not {source.head, target.head} & _NEVER:
                return text(source), text(target)


class _FlowWriter:
    """Writes the edges of one flow in both ways."""

    def __init__(self, number: int, source: random.Random) -> None:
        self._number = number
        self._random = source
        self._vertices: list[str] = []
        self._names: list[str] = []
        self._calls: list[str] = []
        self._count = 0

    def edge(self, kind: str, source: str, target: str) -> None:
        """Write a producer, a consumer and what is between them."""
        tail = f"{self._number}_{self._count}"
        self._count += 1
        match kind:
            case "direct":
                given = self._producer(f"p{tail}", source)
            case "same":
                given = self._passed(f"s{tail}", "x: T", "T", self._producer(f"p{tail}", source))
            case "wrapped":
                inner = self._producer(f"p{tail}", source)
                given = self._passed(f"s{tail}", "x: T", "list[T]", inner)
                target = f"list[{target}]"
            case "first":
                inner = self._producer(f"p{tail}", f"list[{source}]")
                given = self._passed(f"s{tail}", "x: Sequence[T]", "T", inner)
            case "paired":
                inner = self._producer(f"p{tail}", source)
                self._add(f"s{tail}", "x: T, y: S", "tuple[T, S]", {"x": inner, "y": inner})
                self._calls.append(f"s{tail} = g.s{tail}(p{tail}, p{tail})")
                given, target = f"s{tail}", f"tuple[{target}, {source}]"
            case "split":
                outputs = (f"a{tail}", f"b{tail}")
                self._producer(f"p{tail}", f"tuple[int, {source}]", outputs)
                self._consumer(tail, f"p{tail}.b{tail}", f"p{tail}[1]", target)
                return
            case "record":
                self._record_edge(tail, source, target)
                return
            case _:
                self._collected_edge(tail, source, target)
                return
        self._consumer(tail, given, given, target)

    def flow(self, declaration: str | None, inputs: list[tuple[str, str]]) -> GeneratedFlow:
        """Add declared inputs, and return the whole."""
        number = self._number
        takes, ending = "", ""
        if declaration is not None:
            takes, ending = self._inputs(declaration, inputs), f", inputs=I{number}"
        listed = ", ".join(self._names)
        maker = f'def flow_{number}():\n    return Flow.of("flow {number}", {listed}{ending})\n'
        head = f"async def flow_{number}({takes}) -> None:"
        lines = (head, *(f"    {line}" for line in self._calls))
        return GeneratedFlow(number, tuple(self._vertices), maker, lines)

    def _inputs(self, declaration: str, inputs: list[tuple[str, str]]) -> str:
        """Declare inputs, consume each, and return the parameters of the calls."""
        number = self._number
        names = [f"i{number}_{k}" for k in range(len(inputs))]
        fields = [f"{name}: {source}" for name, (source, _) in zip(names, inputs, strict=True)]
        if declaration == "function":
            self._vertices.append(f"def I{number}({', '.join(fields)}) -> None: ...\n")
        else:
            head = _RECORDS[declaration].format(name=f"I{number}")
            body = "".join(f"    {field}\n" for field in fields)
            self._vertices.append(f"{head}\n{body}")
        for name, (_, target) in zip(names, inputs, strict=True):
            self._add(f"c{name}", f"{name}: {target}", "int", {})
            given = {"function": name, "TypedDict": f'inputs["{name}"]'}
            self._calls.append(f"g.c{name}({given.get(declaration, f'inputs.{name}')})")
        return ", ".join(fields) if declaration == "function" else f"inputs: g.I{number}"

    def _record_edge(self, tail: str, source: str, target: str) -> None:
        kind = self._random.choice(tuple(_RECORDS))
        head = _RECORDS[kind].format(name=f"R{tail}")
        self._vertices.append(f"{head}\n    other{tail}: int\n    best{tail}: {source}\n")
        self._producer(f"p{tail}", f"R{tail}", (f"best{tail}", f"other{tail}"))
        taken = f'["best{tail}"]' if kind == "TypedDict" else f".best{tail}"
        self._consumer(tail, f"p{tail}.best{tail}", f"p{tail}{taken}", target)

    def _collected_edge(self, tail: str, source: str, target: str) -> None:
        first = self._producer(f"p{tail}", source)
        second = self._producer(f"q{tail}", source)
        self._vertices.append(
            f'@vertex(inputs={{"x": ["{first}", "{second}"]}})\n'
            f"def c{tail}(x: All[{target}]) -> int: raise NotImplementedError\n"
        )
        self._names.append(f"c{tail}")
        self._calls.append(f"g.c{tail}([{first}, {second}])")

    def _producer(self, name: str, source: str, outputs: tuple[str, ...] = ()) -> str:
        is_async = self._random.random() < 0.3
        option = f"(outputs={outputs!r})" if outputs else ""
        self._vertices.append(
            f"@vertex{option}\n{'async ' if is_async else ''}def {name}() -> {source}: "
            "raise NotImplementedError\n"
        )
        self._names.append(name)
        self._calls.append(f"{name} = {'await ' if is_async else ''}g.{name}()")
        return name

    def _passed(self, name: str, parameter: str, returns: str, given: str) -> str:
        self._add(name, parameter, returns, {"x": given})
        self._calls.append(f"{name} = g.{name}({given})")
        return name

    def _consumer(self, tail: str, bound: str, expression: str, target: str) -> None:
        self._add(f"c{tail}", f"x: {target}", "int", {"x": bound})
        self._calls.append(f"g.c{tail}({expression})")

    def _add(self, name: str, parameters: str, returns: str, inputs: dict[str, str]) -> None:
        option = f"(inputs={inputs!r})" if inputs else ""
        self._vertices.append(
            f"@vertex{option}\ndef {name}({parameters}) -> {returns}: raise NotImplementedError\n"
        )
        self._names.append(name)
