"""Classes of inputs: what their methods do belongs to the call, although nothing names them.

A vertex that is declared to take a `Shape` may be given a `Square`, and runs the methods of that.
No annotation leads there, so the values say it: the walk that digests an input notes the classes
that it meets.
"""

import sys

from hbia_dsl.cache.code_origin import PYTHON, origin_of_name
from hbia_dsl.cache.code_reference import note_origin
from hbia_dsl.cache.code_thing import Notes, thing_of


def has_code_that_counts(cls: type) -> bool:
    """Return whether a class can change while Python stays what it is."""
    return _origin(cls) is not PYTHON


def note_class(cls: type, notes: Notes) -> None:
    """Note the class of an input: the user's own is followed, an installed one has a version."""
    origin = _origin(cls)
    if origin is None:
        notes.things.append(thing_of(cls))
    else:
        note_origin(origin, notes)


def _origin(cls: type) -> str | None:
    origin = origin_of_name(cls.__module__)
    if origin is PYTHON and not _is_found(cls):
        return None  # `dataclasses.make_dataclass` makes classes of a module `types`
    return origin


def _is_found(cls: type) -> bool:
    found: object = sys.modules.get(cls.__module__)
    for name in cls.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is cls
