"""Values of libraries that keep their data outside of Python objects: arrays and frames.

Each is taken apart into plain values and stretches of memory, and put together from the
same. The digest is that of the parts, and the parts are what is stored. No library is
imported to judge a value: a value can only come from one that is loaded already.
"""

import sys
from collections.abc import Callable

import attrs


@attrs.frozen(eq=False)
class ForeignKind:
    """How values of one class are taken apart and put together."""

    tag: str
    """What stored values call it; never changes."""
    take_apart: Callable[[object], object]
    """Returns plain data that say all of a value; raises `Undigestable`."""
    put_together: Callable[[object], object]
    """Makes a value of what `take_apart` returned; shares its memory only if it `is_lent`."""


def foreign_kind(cls: type) -> ForeignKind | None:
    """Return how values of a class are taken apart, or None if the class is not foreign.

    Args:
        cls: The exact class of a value.
    """
    top = cls.__module__.partition(".")[0]
    if top == "array" and "array" in sys.modules:
        from hbia_dsl.cache.foreign_arrays import STANDARD_ARRAY

        return STANDARD_ARRAY if cls is sys.modules["array"].array else None
    if top == "numpy" and "numpy" in sys.modules:
        from hbia_dsl.cache.foreign_arrays import numpy_kind

        return numpy_kind(cls)
    if top in ("pandas", "pyarrow") and top in sys.modules:
        from hbia_dsl.cache.foreign_frames import frame_kind

        return frame_kind(cls)
    return None


def kind_of_tag(tag: str) -> ForeignKind | None:
    """Return the kind that stored values call by a tag, or None if there is none.

    Args:
        tag: A tag out of stored bytes.
    """
    from hbia_dsl.cache.foreign_arrays import ARRAY_KINDS
    from hbia_dsl.cache.foreign_frames import FRAME_KINDS

    return ARRAY_KINDS.get(tag) or FRAME_KINDS.get(tag)
