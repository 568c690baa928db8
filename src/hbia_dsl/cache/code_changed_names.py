"""Names whose values do not count, because the code that is looked at changes them itself."""

from collections.abc import Iterable, Mapping, Sequence
from types import CellType, FunctionType, ModuleType
from typing import Final

from hbia_dsl.cache.code_binding import CONTAINERS, limit_of_changed
from hbia_dsl.cache.code_changes import CLOSURE, GLOBAL, PARAMETER, Change
from hbia_dsl.cache.code_name import code_name
from hbia_dsl.cache.code_thing import Notes, Reading, Thing

_ABSENT: Final = object()


class NotesReading:
    """Notes in the place of a reading of which some do not count."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes

    def holds(self, _target: object) -> bool:
        """Whether they still hold: they are made for one fingerprint and never asked."""
        return False


def changed_names(fn: FunctionType, changes: Iterable[Change], owner: str) -> set[str | int]:
    """Return what a function changes: the names of parts, and the numbers of cells.

    Args:
        fn: The function.
        changes: What its code says.
        owner: The function, as its parts name it.
    """
    cells = dict(zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=False))
    found: set[str | int] = set()
    for change in changes:
        name = change.chain[0]
        if change.kind == GLOBAL:
            found |= _changed_global(fn.__globals__, change)
        elif len(change.chain) > 1:
            continue  # an attribute of an object
        elif change.kind == CLOSURE and name in cells:
            if change.is_bound or _is_altered(_content(cells[name]), change):
                found |= {id(cells[name]), *_numbers(_content(cells[name]))}
        elif change.kind == PARAMETER and _is_altered(_default(fn, name), change):
            found |= {f"default {name} of {owner}", id(_default(fn, name))}
    return found


def without_changed(
    roots: Sequence[Thing], reached: Mapping[Thing, Reading]
) -> Mapping[Thing, Reading]:
    """Return what counts of all that is reached: not what the code in it changes.

    Args:
        roots: Where it begins.
        reached: Everything that is reached from there.
    """
    changed: set[str | int] = set()
    for reading in reached.values():
        if reading.notes.changes:
            changed |= reading.notes.changes
    if not changed:
        return reached
    kept = {thing: _kept(thing, reading, changed) for thing, reading in reached.items()}
    # What only led to changed values is not reached any more.
    counted: dict[Thing, Reading] = {}
    ahead = list(reversed(roots))
    while ahead:
        thing = ahead.pop()
        if thing not in counted and thing in kept:
            counted[thing] = kept[thing]
            ahead += reversed(kept[thing].notes.things)
    return counted


def _kept(thing: Thing, reading: Reading, changed: set[str | int]) -> Reading:
    notes = reading.notes
    ids = notes.ids
    dropped = {n for n, _ in notes.parts if n in changed or not changed.isdisjoint(ids.get(n, ()))}
    if not dropped:
        return reading
    kept = Notes()
    kept.parts = [part for part in notes.parts if part[0] not in dropped]
    kept.limits = [
        *notes.limits,
        *(limit_of_changed(part.partition(" ")[2]) for part in sorted(dropped)),
    ]
    kept.placed, kept.reads_docstrings = notes.placed, notes.reads_docstrings
    led = {at for part, numbers in notes.led.items() if part in dropped for at in numbers}
    kept.things = [other for at, other in enumerate(notes.things) if at not in led]
    kept.seal(thing.text)
    return NotesReading(kept)


def _changed_global(namespace: Mapping[str, object], change: Change) -> set[str | int]:
    """Return the name of what is changed, as parts name it; empty if it goes on counting."""
    label = f"{namespace.get('__name__', '?')}.{change.chain[0]}"
    value = namespace.get(change.chain[0], _ABSENT)
    for attribute in change.chain[1:]:
        if isinstance(value, ModuleType):
            label = f"{value.__name__}.{attribute}"
        elif type(value) is FunctionType:
            label = f"{code_name(value)}.{attribute}"
        else:
            return set()  # an object counts as a whole
        value = vars(value).get(attribute, _ABSENT)
    if not change.is_bound and not _is_altered(value, change):
        return set()
    return {f"constant {label}", *_numbers(value)}


def _numbers(value: object) -> list[int]:
    return [id(value)] if isinstance(value, CONTAINERS) else []


def _is_altered(value: object, change: Change) -> bool:
    """Return whether a value is a container, and what the code does surely alters it."""
    if not isinstance(value, CONTAINERS):
        return False
    if not (change.is_inside and change.by_method):
        return True
    items = list(value.values() if isinstance(value, dict) else value)
    return all(isinstance(item, CONTAINERS) for item in items)


def _content(cell: CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # a variable that has no value yet
        return _ABSENT


def _default(fn: FunctionType, parameter: str) -> object:
    values = fn.__defaults__ or ()
    names = fn.__code__.co_varnames[: fn.__code__.co_argcount][-len(values) :] if values else ()
    defaults = dict(zip(names, values, strict=False))
    return defaults.get(parameter, (fn.__kwdefaults__ or {}).get(parameter, _ABSENT))
