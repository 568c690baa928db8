"""Names for the variables of a lowered flow: the vertices' own, wherever Python allows it."""

import builtins
import keyword
from collections.abc import Collection, Iterable, Mapping

from hbia_dsl.wiring.binding import INPUT


def variable_names(
    vertices: Iterable[str], taken: Collection[str], taken_prefixes: tuple[str, ...] = ()
) -> Mapping[str, str]:
    """Give each vertex a variable of its own.

    A name that is a keyword, shadows a builtin or is taken gets underscores behind it.

    Args:
        vertices: The vertices' names.
        taken: Names that mean something else in the text, such as those of modules.
        taken_prefixes: Beginnings of names that the text makes of variables.
    """
    used = {*taken, INPUT, "inputs"}
    names: dict[str, str] = {}
    for vertex in vertices:
        name = f"v_{vertex}" if vertex.startswith(taken_prefixes) else vertex
        while name in used or keyword.iskeyword(name) or hasattr(builtins, name):
            name += "_"
        used.add(name)
        names[vertex] = name
    return names
