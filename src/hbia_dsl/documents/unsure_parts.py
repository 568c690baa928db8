"""Parts of a document that were refused: what is missing because of that is no further problem."""

import attrs


@attrs.frozen
class UnsureParts:
    """Names of the vertices of which something could not be read."""

    outputs: set[str] = attrs.field(factory=set)
    """Too little could be read of their outputs to say that one is not there."""
    compensation: set[str] = attrs.field(factory=set)
    """Whether they have a side effect, or what undoes it, could not be read."""
