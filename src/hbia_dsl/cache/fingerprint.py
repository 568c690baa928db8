"""Taking fingerprints: what a function reaches is followed, and looked at again later.

`docs/explanation/what-the-cache-sees.md` says what is seen and what is not.
"""

from collections.abc import Callable, Iterable, Sequence
from types import FunctionType, ModuleType
from typing import Final, NamedTuple

from hbia_dsl.cache.code_binding import bind
from hbia_dsl.cache.code_class import read_class
from hbia_dsl.cache.code_function import read_function
from hbia_dsl.cache.code_module import read_module
from hbia_dsl.cache.code_name import class_name
from hbia_dsl.cache.code_origin import origin_of_namespace
from hbia_dsl.cache.code_thing import CodeObject, Notes, Reading, Thing, thing_of
from hbia_dsl.cache.fingerprint_parts import (
    Fingerprint,
    Reached,
    Wider,
    join,
    named_by_annotations,
)
from hbia_dsl.cache.input_class import note_class

_NO_NOTES: Final = Notes()
"""Of a function that speaks for itself."""

_MOST_WIDER: Final = 256
"""Sets of classes of inputs that are remembered for each callable."""


class Fingerprinter:
    """Takes fingerprints at one moment: each thing is looked at once, however many reach it.

    Make one for each run. Between two of them code may be edited, reloaded or patched, and
    the later one notices; during its life one does not. Threads may share one.
    """

    __slots__ = ("_looked_at", "_taken")

    def __init__(self) -> None:
        self._looked_at: dict[Thing, Reading] = {}
        self._taken: dict[tuple[int, int], tuple[object, object, Fingerprint]] = {}

    def of(self, fn: Callable[..., object], depends_on: Sequence[object] = ()) -> Fingerprint:
        """Return the fingerprint of a callable; `fingerprint_of` says more."""
        key = id(fn), id(depends_on)
        taken = self._taken.get(key)
        if taken is None:
            # The two objects are kept, so that their numbers are not used again.
            taken = self._taken[key] = fn, depends_on, self._take(fn, depends_on)
        return taken[2]

    def with_classes(self, code: Fingerprint, classes: Iterable[type]) -> Fingerprint:
        """Return the fingerprint of code together with that of the classes of its inputs.

        Args:
            code: What `of` returned.
            classes: Classes whose methods the code may call. What it reaches anyway and what
                comes with Python adds nothing.
        """
        things = tuple(map(thing_of, classes))
        if len(things) > 1:
            things = tuple(sorted(things, key=_text))  # members of a set have no order
        wider = code.wider.get(things)
        if wider is not None and self._are_current(wider.added):
            return wider.fingerprint
        wider = self._widened(code, things)
        found = wider.fingerprint
        if not (found.reads_docstrings or found.reads_annotations):  # as in `_of_thing`
            if len(code.wider) >= _MOST_WIDER:
                code.wider.clear()
            code.wider[things] = wider
        return found

    def _widened(self, code: Fingerprint, things: Iterable[Thing]) -> Wider:
        notes = Notes()
        for thing in things:
            cls = thing.target()
            if thing not in code.reached and isinstance(cls, type):
                note_class(cls, notes)
        if not notes.things and not notes.parts:
            return Wider(code, {})
        notes.parts = list(dict.fromkeys([*code.own.parts, *notes.parts]))
        notes.limits += code.own.limits
        notes.reads_annotations = code.own.reads_annotations
        fingerprint = self._joined(notes, [*code.roots, *notes.things])
        added = {t: r for t, r in fingerprint.looked_at.items() if t not in code.looked_at}
        return Wider(fingerprint, added)

    def _take(self, fn: Callable[..., object], depends_on: Sequence[object]) -> Fingerprint:
        is_own = type(fn) is FunctionType and origin_of_namespace(fn.__globals__) is None
        if is_own and not depends_on:
            return self._of_thing(thing_of(fn))  # type: ignore[arg-type]  # as said above
        notes = Notes()
        if is_own:
            notes.things.append(thing_of(fn))  # type: ignore[arg-type]  # as said above
        else:
            name = getattr(fn, "__qualname__", None)
            bind("callable", name if isinstance(name, str) else class_name(type(fn)), fn, notes)
        for number, item in enumerate(depends_on, start=1):
            bind("depends_on", f"number {number}", item, notes)
        return self._joined(notes, notes.things)

    def _of_thing(self, root: Thing) -> Fingerprint:
        found = root.found
        if isinstance(found, Fingerprint) and self._is_current(found):
            return found
        fingerprint = self._joined(_NO_NOTES, [root])
        # Such texts are looked at whenever they matter; nothing else would notice a new one.
        if not (fingerprint.reads_docstrings or fingerprint.reads_annotations):
            root.found = fingerprint
        return fingerprint

    def _joined(self, own: Notes, roots: Sequence[Thing]) -> Fingerprint:
        while True:
            fingerprint = join(own, roots, self._reached_from(roots))
            if not fingerprint.reads_annotations:
                return fingerprint
            # Whoever reads annotations may call what they hold: `Annotated[int, is_positive]`.
            named = dict.fromkeys(named_by_annotations(fingerprint.reached))
            more = [t for t in named if t not in fingerprint.looked_at and t not in roots]
            if not more:
                return fingerprint
            roots = [*roots, *more]

    def _is_current(self, found: Fingerprint) -> bool:
        return self._are_current(found.looked_at)

    def _are_current(self, readings: Reached) -> bool:
        looked_at = self._looked_at
        for thing, reading in readings.items():
            if looked_at.get(thing) is not reading and self._look_at(thing) is not reading:
                return False
        return True

    def _look_at(self, thing: Thing) -> Reading | None:
        """Return what a thing is like now; None if it is gone."""
        reading = self._looked_at.get(thing)
        if reading is not None:
            return reading
        target = thing.target()
        if target is None:
            return None
        reading = thing.reading
        if reading is None or not _holds(reading, target):
            reading = _read(thing, target)
            reading.notes.seal(thing.text)
            thing.reading = reading
        self._looked_at[thing] = reading
        return reading

    def _reached_from(self, roots: Sequence[Thing]) -> dict[Thing, Reading]:
        """Return all that is reached, in an order that follows from the code alone."""
        looked_at = self._looked_at
        reached: dict[Thing, Reading] = {}
        ahead = list(reversed(roots))
        while ahead:
            thing = ahead.pop()
            if thing not in reached:
                reading = looked_at.get(thing) or self._look_at(thing)
                if reading is not None:
                    reached[thing] = reading
                    things = reading.notes.things
                    if things:
                        ahead += things[::-1]
        return reached


def fingerprint_of(fn: Callable[..., object], *, depends_on: Sequence[object] = ()) -> Fingerprint:
    """Return the fingerprint of all code that a callable reaches.

    What was read before is used again after a look whether it still holds. Many functions at once
    are quicker with one `Fingerprinter`.

    Args:
        fn: A function, class, bound method, partial or object with `__call__`.
        depends_on: What else counts and cannot be seen: functions, classes, modules, values.

    Example:
        >>> fingerprint_of(sorted) == fingerprint_of(sorted)
        True
        >>> fingerprint_of(sorted) == fingerprint_of(sorted, depends_on=["prices of May"])
        False
    """
    return Fingerprinter().of(fn, depends_on)


def _holds(reading: Reading, target: CodeObject) -> bool:
    try:
        return reading.holds(target)
    except Exception:  # noqa: BLE001 - as below
        return False


def _text(thing: Thing) -> str:
    return thing.text


class _UnreadReading(NamedTuple):
    """What is left of a thing whose class raises errors while it is looked at."""

    notes: Notes

    def holds(self, target: CodeObject) -> bool:
        """Return False: next time it may be readable."""
        del target
        return False


def _read(thing: Thing, target: CodeObject) -> Reading:
    try:
        if isinstance(target, FunctionType):
            return read_function(thing, target)
        if isinstance(target, ModuleType):
            return read_module(thing, target)
        return read_class(thing, target)
    except Exception as error:  # noqa: BLE001 - a metaclass may do anything
        notes = Notes()
        notes.add(thing.text, "unreadable")
        notes.limits.append(f"cannot read {thing.kind} `{thing.name}` ({type(error).__name__})")
        return _UnreadReading(notes)
