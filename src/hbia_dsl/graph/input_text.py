"""The text by which a vertex declares an input: a binding or a type, told by its dot."""


def is_binding(text: str) -> bool:
    """Return whether a text is a binding, `vertex.output`; else it is the name of a type.

    Dots inside brackets belong to a type: `tuple[int, ...]`.
    """
    return "." in text and "[" not in text


def bindings_of(text: str) -> tuple[tuple[str, str], ...]:
    """Return the vertices and outputs that a text binds to; none if it names a type.

    Several, divided by commas, are collected in a list: `left.rows, right.rows`; a comma
    after a single one says that it is collected too.
    """
    if not is_binding(text):
        return ()
    pairs = (piece.strip().partition(".") for piece in text.split(","))
    return tuple((source, output) for source, _, output in pairs if source)


def is_collected(text: str) -> bool:
    """Return whether a text binds to a list of outputs."""
    return is_binding(text) and "," in text


def binding_of(text: str) -> tuple[str, str] | None:
    """Return the vertex and the output that a text binds to; None if it names a type."""
    if not is_binding(text):
        return None
    source, _, output = text.strip().partition(".")
    return source, output
