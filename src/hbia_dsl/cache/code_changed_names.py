"""Names whose values count as they were at first, because the code itself changes them."""

import sys
from collections.abc import (
    Iterable,
    Mapping,
    MutableMapping,
    MutableSequence,
    MutableSet,
    Sequence,
)
from types import BuiltinFunctionType, CellType, FunctionType, MethodType, ModuleType
from typing import Final

from hbia_dsl.cache.code_binding import limit_of_changed
from hbia_dsl.cache.code_changes import CLOSURE, CONTAINERS, GLOBAL, PARAMETER, Change
from hbia_dsl.cache.code_digest import ATOMS
from hbia_dsl.cache.code_first_look import NOTHING, Holder, first_look, merged
from hbia_dsl.cache.code_name import code_name
from hbia_dsl.cache.code_origin import origin_of_name
from hbia_dsl.cache.code_thing import Look, Notes, Reading, Thing

_ABSENT: Final = NOTHING
_MUTABLE: Final = (MutableMapping, MutableSequence, MutableSet)
"""Their methods do what those of the containers of Python do."""
_CODE: Final = (type, FunctionType, BuiltinFunctionType, MethodType, ModuleType)

Looks = dict[str | int, Look]
"""What is changed, as it was at first: by the name of the part, by the number of a container or
of a cell."""


class NotesReading:
    """Notes in the place of a reading of which some do not count."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes

    def holds(self, _target: object) -> bool:
        """Whether they still hold: they are made for one fingerprint and never asked."""
        return False


def changed_names(fn: FunctionType, changes: Iterable[Change], owner: str) -> Looks:
    """Return what a function changes: the names of parts, and the numbers of cells.

    Args:
        fn: The function.
        changes: What its code says.
        owner: The function, as its parts name it.
    """
    cells = dict(zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=False))
    found: Looks = {}
    for change in sorted(changes, key=_is_altering):  # what binds a name again says more
        name = change.chain[0]
        if change.kind == GLOBAL:
            _note_global(fn, change, found)
        elif len(change.chain) > 1:
            continue  # an attribute of an object
        elif change.kind == CLOSURE and name in cells:
            _note_cell(fn, cells[name], change, f"{name} of {owner}", found)
        elif change.kind == PARAMETER:
            value = _default(fn, name)
            part = f"default {name} of {owner}"
            if part not in found and _is_altered(value, change):
                holder = Holder(id(fn), 0, f"{name} of {owner}", id(value))
                found[part] = found[id(value)] = first_look(holder, value, fn, None)
    return found


def _is_altering(change: Change) -> bool:
    return not change.is_bound


def _note_cell(fn: FunctionType, cell: CellType, change: Change, label: str, found: Looks) -> None:
    value = _content(cell)
    if id(cell) in found or not (change.is_bound or _is_altered(value, change)):
        return
    holder = Holder(id(cell), 0, label, 0 if change.is_bound else id(value))
    look = found[id(cell)] = first_look(holder, value, fn, None)
    found.update(dict.fromkeys(_numbers(value), look))


def without_changed(
    roots: Sequence[Thing], reached: Mapping[Thing, Reading]
) -> Mapping[Thing, Reading]:
    """Return what counts of all that is reached: what the code in it changes, as it was at first.

    Args:
        roots: Where it begins.
        reached: Everything that is reached from there.
    """
    changed: Looks = {}
    for reading in reached.values():
        for key, look in reading.notes.changes.items():
            changed.setdefault(key, look)
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


def _kept(thing: Thing, reading: Reading, changed: Looks) -> Reading:
    notes = reading.notes
    ids = notes.ids
    keys = changed.keys()
    looks = {
        name: merged(changed, name, ids.get(name, ()))
        for name, _ in notes.parts
        if name in keys or not keys.isdisjoint(ids.get(name, ()))
    }
    if not looks:
        return reading
    kept = Notes()
    for name, said in notes.parts:
        text = looks[name].text if name in looks else said
        if text is not None:
            kept.parts.append((name, text))
    labels = sorted(name.partition(" ")[2] for name in looks)
    kept.limits = [*notes.limits, *map(limit_of_changed, labels)]
    kept.placed, kept.reads_docstrings = notes.placed, notes.reads_docstrings
    kept.reads_annotations = notes.reads_annotations
    led = {at for part, numbers in notes.led.items() if part in looks for at in numbers}
    kept.things = [other for at, other in enumerate(notes.things) if at not in led]
    kept.seal(thing.text)
    return NotesReading(kept)


def _note_global(fn: FunctionType, change: Change, found: Looks) -> None:
    """Note what is changed by the name that parts give to it, if it does not go on counting."""
    namespace: Mapping[str, object] = fn.__globals__
    owner: object = sys.modules.get(str(namespace.get("__name__")))
    if not isinstance(owner, ModuleType) or vars(owner) is not namespace:
        owner = namespace
    label = f"{namespace.get('__name__', '?')}.{change.chain[0]}"
    value = namespace.get(change.chain[0], _ABSENT)
    for attribute in change.chain[1:]:
        if isinstance(value, ModuleType):
            label = f"{value.__name__}.{attribute}"
            owner = value
        elif type(value) is FunctionType:
            label = f"{code_name(value)}.{attribute}"
            owner = value
        elif _is_of_package(value):  # an attribute of it is set, and it counts as a whole
            change = change._replace(is_bound=False, is_inside=True, by_method=False)
            break
        else:
            return  # an object of the user counts as it is now
        value = vars(value).get(attribute, _ABSENT)
    part = f"constant {label}"
    if part in found or not (change.is_bound or _is_altered(value, change)):
        return
    load = 0
    if isinstance(owner, ModuleType):
        load, number = id(vars(owner).get("__spec__")), id(vars(owner))
    else:
        number = id(owner)
    holder = Holder(number, load, label, 0 if change.is_bound else id(value))
    look = found[part] = first_look(holder, value, fn, owner)
    found.update(dict.fromkeys(_numbers(value), look))


def _numbers(value: object) -> list[int]:
    return [id(value)] if isinstance(value, CONTAINERS) or _is_of_package(value) else []


def _is_altered(value: object, change: Change) -> bool:
    """Return whether what the code does surely alters a value: a container, or of a package."""
    if not isinstance(value, CONTAINERS):
        is_sure = not change.by_method or (isinstance(value, _MUTABLE) and not change.is_inside)
        return is_sure and _is_of_package(value)
    if not (change.is_inside and change.by_method):
        return True
    items = list(value.values() if isinstance(value, dict) else value)
    return all(isinstance(item, CONTAINERS) for item in items)


def _is_of_package(value: object) -> bool:
    """Return whether a value is an object of a class of a package or of Python."""
    if value is _ABSENT or isinstance(value, _CODE):
        return False
    return type(value) not in ATOMS and origin_of_name(type(value).__module__) is not None


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
