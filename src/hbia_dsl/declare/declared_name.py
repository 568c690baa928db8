"""What a function is called: the name it was declared under, or its own."""

from hbia_dsl.declare.declaration import declaration_of


def shown_function(fn: object) -> str:
    """Return the name of a function, or what it is if it has none."""
    declared = declaration_of(fn)
    told = None if declared is None or declared.vertex is None else declared.vertex.name
    name = told or getattr(fn, "__name__", None)
    return name if isinstance(name, str) else f"a {type(fn).__name__}"
