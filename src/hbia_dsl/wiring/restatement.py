"""What a document says about a vertex, in the place of what its decorators say.

The function keeps its annotations, from which types come; the rest is as the document has
it. Nothing is inferred for a vertex that a document states: what it leaves out keeps its
default.
"""

from collections.abc import Callable, Mapping
from typing import Annotated

import attrs

from hbia_dsl.declare.declaration import AtomicDeclaration, Declaration, VertexDeclaration
from hbia_dsl.declare.out_reference import OutReference


@attrs.frozen
class Restatement:
    """One vertex of a flow as a document states it."""

    handler: Callable[..., object]
    declaration: VertexDeclaration
    """With a name, and with a source for every parameter that has one."""
    atomic: AtomicDeclaration | None
    constants: Mapping[str, object]
    """Values of parameters that stand in the document."""
    after: tuple[str, ...]
    """Names of vertices that come before, whether or not this one takes values from them."""
    place: str | None = None
    """Where the document states it, for notes."""

    @property
    def whole_declaration(self) -> Declaration:
        """What it says, as if decorators had said it."""
        return Declaration(self.declaration, self.atomic)

    def annotation(self, parameter: str, form: object) -> object:
        """Return an annotation without sources of its own, if the document names another."""
        marks = getattr(form, "__metadata__", ())
        is_stated = parameter in self.declaration.inputs or parameter in self.constants
        if not is_stated or not any(isinstance(mark, OutReference) for mark in marks):
            return form
        kept = tuple(mark for mark in marks if not isinstance(mark, OutReference))
        origin: object = form.__origin__  # type: ignore[attr-defined]  # every `Annotated` has it
        return Annotated[(origin, *kept)] if kept else origin
