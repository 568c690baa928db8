"""A flow document as values: what was written, and where each part of it stands.

A `Document` is right in itself: whoever reads one (`read_document`) has found every
problem before. It holds paths to functions as text; nothing is imported.
"""

from collections.abc import Iterator, Mapping

import attrs

from hbia_dsl.documents.document_text import DocumentText
from hbia_dsl.documents.place import Place


@attrs.frozen
class Written:
    """A text in a document: a path, a version, the name of another vertex."""

    text: str
    place: Place


@attrs.frozen
class TypeClaim:
    """An input or output that is declared by its type: `x: list[int]`."""

    text: str
    """The type as it was written."""
    place: Place


@attrs.frozen
class OutputBinding:
    """An input that is another vertex's output: `x: fetch.rows`."""

    vertex: str
    output: str
    place: Place

    @property
    def text(self) -> str:
        """The binding as a graph holds it."""
        return f"{self.vertex}.{self.output}"


@attrs.frozen
class CollectedOutputs:
    """An input that is a list of outputs: `x: [left.rows, right.rows]`."""

    bindings: tuple[OutputBinding, ...]
    place: Place

    @property
    def text(self) -> str:
        """The bindings as a graph holds them; a comma after a single one tells it from no list."""
        texts = ", ".join(binding.text for binding in self.bindings)
        return texts if len(self.bindings) > 1 else f"{texts},"


@attrs.frozen
class Constant:
    """An input whose value stands in the document: `x: {value: 3}`."""

    value: object
    """Text, a number, a truth value, None, or a list or dict of these."""
    place: Place


@attrs.frozen
class DocumentInput:
    """One entry of `inputs`."""

    name: str
    """The parameter of the handler."""
    place: Place
    """Of the name."""
    source: TypeClaim | OutputBinding | CollectedOutputs | Constant

    @property
    def bindings(self) -> tuple[OutputBinding, ...]:
        """The outputs that it takes; `input.name` is one too, if no vertex is called `input`."""
        if isinstance(self.source, CollectedOutputs):
            return self.source.bindings
        return (self.source,) if isinstance(self.source, OutputBinding) else ()


@attrs.frozen
class DocumentOutput:
    """One entry of `outputs`."""

    name: str
    place: Place
    """Of the name."""
    type: TypeClaim


@attrs.frozen
class DocumentVertex:
    """One vertex of a document."""

    name: str
    """Unique in the document."""
    place: Place
    """Of the name."""
    handler: Written
    """Dotted path to a function."""
    effect: Written | None = None
    """`pure` or `side_effect`; None if it was not written, which means `side_effect`."""
    version: Written | None = None
    inputs: Mapping[str, DocumentInput] = attrs.field(factory=dict)
    outputs: Mapping[str, DocumentOutput] = attrs.field(factory=dict)
    next: tuple[Written, ...] = ()
    """Vertices that run after this one, whether or not they take something from it."""
    compensate: Written | None = None
    """Dotted path to the function that undoes this vertex."""
    undone_by_nothing: Place | None = None
    """Where `compensate: null` says that, on purpose, nothing is to be undone."""

    @property
    def is_pure(self) -> bool:
        """Whether it says that repeating it is harmless."""
        return self.effect is not None and self.effect.text == "pure"


@attrs.frozen
class DocumentFlow:
    """One named flow of a document."""

    name: str
    place: Place
    """Of the name."""
    vertices: Mapping[str, DocumentVertex]


@attrs.frozen
class DocumentGroup:
    """One atomic group of a document."""

    name: str
    place: Place
    """Of the name."""
    vertices: tuple[Written, ...]
    """Its members, all of one flow."""
    on_failure: str = "rollback"
    """`rollback`, `compensate` or `abort`."""
    no_cache: bool = True
    no_parallel: bool = True


@attrs.frozen(eq=False)
class Document:
    """A whole document."""

    text: DocumentText
    """For places in reports: `document.text.location(vertex.place)`."""
    flows: Mapping[str, DocumentFlow]
    groups: Mapping[str, DocumentGroup]

    def vertices(self) -> Iterator[DocumentVertex]:
        """Yield the vertices of all flows, in the order of the document."""
        for flow in self.flows.values():
            yield from flow.vertices.values()
