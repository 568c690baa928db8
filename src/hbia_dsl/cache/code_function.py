"""Reading a function: its code, and what its names, closure and defaults stand for."""

from collections.abc import Mapping, Sequence
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Final, NamedTuple
from weakref import ref

from hbia_dsl.cache.code_annotation import note_annotations
from hbia_dsl.cache.code_binding import ABSENT, Held, bind, bind_changed, is_held
from hbia_dsl.cache.code_chain import (
    FarName,
    are_held,
    attribute_of_function,
    follow_chain,
    note_unseen,
)
from hbia_dsl.cache.code_changed_names import changed_names
from hbia_dsl.cache.code_facts import COMPUTED_NAME, CodeFacts, facts_of
from hbia_dsl.cache.code_import_following import follow_import
from hbia_dsl.cache.code_name import class_name, code_name
from hbia_dsl.cache.code_origin import is_foreign, origin_of_namespace
from hbia_dsl.cache.code_reference import note_origin
from hbia_dsl.cache.code_thing import CodeObject, Notes, Thing
from hbia_dsl.cache.code_unseen import unseen_limits

_WRAPPED: Final = "__wrapped__"
_REGISTRY: Final = "registry"

Names = tuple[tuple[str, Held], ...]
"""Names and what they stood for."""


class FunctionReading(NamedTuple):
    """What was read from a function, and how to tell that it is still so.

    A tuple because many are made, and this is the quickest record to make.
    """

    notes: Notes
    code: CodeType
    globals: Names
    far: tuple[FarName, ...]
    closure: tuple[Held, ...]
    reads_defaults: bool
    """False for installed functions: their defaults come with the version."""
    defaults: tuple[Held, ...]
    keyword_defaults: Names
    attributes: Names

    def holds(self, target: CodeObject) -> bool:
        """Whether the function, and all that its names stand for, is as it was."""
        if type(target) is not FunctionType or target.__code__ is not self.code:
            return False
        if self.notes.changes and not all(k.is_latest() for k in self.notes.changes.values()):
            return False
        namespace = target.__globals__
        for name, held in self.globals:
            value = namespace.get(name, ABSENT)
            if value is not held and not is_held(value, held):
                return False
        if self.far and not are_held(self.far):
            return False
        return not (
            (self.closure and not _are_held(_contents(target.__closure__), self.closure))
            or (self.reads_defaults and not self._defaults_hold(target))
            or (self.attributes and not _names_are_held(target.__dict__, self.attributes))
        )

    def _defaults_hold(self, fn: FunctionType) -> bool:
        values, named = fn.__defaults__ or (), fn.__kwdefaults__ or {}
        if not (values or named or self.defaults or self.keyword_defaults):
            return True
        return (
            _are_held(values, self.defaults)
            and len(named) == len(self.keyword_defaults)
            and _names_are_held(named, self.keyword_defaults)
        )


def read_function(thing: Thing, fn: FunctionType) -> FunctionReading:
    """Read a function.

    Args:
        thing: What stands for it.
        fn: The function. One of an installed package counts by the version of the package, but
            what it was given (functions that it decorates) is followed.
    """
    notes = Notes()
    origin = origin_of_namespace(fn.__globals__)
    names: Names = ()
    far: list[FarName] = []
    if origin is None:
        names, far = _read_code(thing, fn, notes)
    else:
        note_origin(origin, notes)
    is_dispatcher = origin is not None and _REGISTRY in fn.__dict__
    reading = FunctionReading(
        notes,
        fn.__code__,
        names,
        tuple(far),
        () if is_dispatcher or not fn.__closure__ else _read_closure(thing, fn, notes),
        origin is None,
        _read_defaults(thing, fn, notes) if fn.__defaults__ and origin is None else (),
        _read_named("default", thing, fn.__kwdefaults__, notes) if origin is None else (),
        _read_attributes(thing, fn, notes, is_dispatcher=is_dispatcher) if fn.__dict__ else (),
    )
    if notes.things and origin is not None and is_foreign(origin):
        # A decorator of a package may go by the annotations of what it wraps.
        notes.reads_annotations = True
    return reading


def _read_code(thing: Thing, fn: FunctionType, notes: Notes) -> tuple[Names, list[FarName]]:
    facts = facts_of(fn.__code__, is_shared=fn.__closure__ is not None)
    name = code_name(fn)
    part = f"{thing.kind} {name}"
    notes.parts.append((part, facts.digest.hex()))
    if thing.place is not None:
        notes.placed = (part, f"{part} ({thing.place})")
    notes.reads_docstrings = facts.reads_docstrings
    notes.reads_annotations = facts.reads_annotations
    if facts.unseen:
        notes.limits += [_sentence(name, called) for called in facts.unseen]
    if facts.changes:
        notes.changes = changed_names(fn, facts.changes, thing.name)
    namespace = fn.__globals__
    names, far = _read_globals(namespace, facts, notes)
    for wanted in facts.imports:
        far += follow_import(wanted, namespace, notes)
    note_annotations(fn, notes)
    if notes.unseen:
        notes.limits += unseen_limits(name, notes.unseen, facts.unseen)
    return names, far


def _sentence(owner: str, called: str) -> str:
    if called == COMPUTED_NAME:
        return f"`{owner}` calls `getattr` with a computed name"
    return f"`{owner}` {'reads' if called.startswith('environ') else 'calls'} `{called}`"


def _read_globals(
    namespace: Mapping[str, object], facts: CodeFacts, notes: Notes
) -> tuple[Names, list[FarName]]:
    near: list[tuple[str, Held]] = []
    far: list[FarName] = []
    module = namespace.get("__name__", "?")
    for chain in facts.chains:
        name = chain[0]
        value = namespace.get(name, ABSENT)
        look = notes.changes.get(f"constant {module}.{name}") if notes.changes else None
        if look is not None:
            near.append((name, bind_changed("constant", f"{module}.{name}", value, look, notes)))
        elif value is ABSENT:  # a builtin, or a name that is not there yet
            near.append((name, ABSENT))
        elif isinstance(value, ModuleType):
            near.append((name, ref(value)))
            far += follow_chain(value, chain[1:], f"{module}.{name}", notes)
        else:
            near.append((name, bind("constant", f"{module}.{name}", value, notes)))
            if len(chain) > 1:
                if isinstance(value, type) and value.__module__ == "datetime":
                    note_unseen("datetime", (value.__name__, *chain[1:]), notes)
                far += attribute_of_function(value, chain[1:], notes)
    return tuple(near), far


def _contents(cells: tuple[CellType, ...] | None) -> list[object]:
    return [_content(cell) for cell in cells or ()]


def _content(cell: CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # a variable that has no value yet
        return ABSENT


def _read_closure(thing: Thing, fn: FunctionType, notes: Notes) -> tuple[Held, ...]:
    held: list[Held] = []
    for name, cell in zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=True):
        value = _content(cell)
        if value is ABSENT and id(cell) not in notes.changes:
            held.append(ABSENT)
        elif name == "__class__" and isinstance(value, type):  # of `super()`: its own class
            held.append(bind("constant", class_name(value), value, notes))
        else:
            held.append(_read_cell(f"{name} of {thing.name}", cell, value, notes))
    return tuple(held)


def _read_cell(label: str, cell: CellType, value: object, notes: Notes) -> Held:
    part = f"closure {label}"
    if id(cell) in notes.changes:
        notes.ids[part] = (id(cell),)
        return bind_changed("closure", label, value, notes.changes[id(cell)], notes)
    held = bind("closure", label, value, notes)
    notes.ids[part] = (id(cell), *notes.ids.get(part, ()))
    return held


def _read_defaults(thing: Thing, fn: FunctionType, notes: Notes) -> tuple[Held, ...]:
    values = fn.__defaults__ or ()
    code = fn.__code__
    names = code.co_varnames[: code.co_argcount][-len(values) :]
    held: list[Held] = []
    for name, value in zip(names, values, strict=False):  # whoever sets them may give too many
        label = f"{name} of {thing.name}"
        look = notes.changes.get(f"default {label}")
        held.append(
            bind("default", label, value, notes)
            if look is None
            else bind_changed("default", label, value, look, notes)
        )
    return tuple(held)


def _read_named(
    kind: str, thing: Thing, values: Mapping[str, object] | None, notes: Notes
) -> Names:
    return tuple(
        (name, bind(kind, f"{name} of {thing.name}", value, notes))
        for name, value in (values or {}).items()
    )


def _read_attributes(thing: Thing, fn: FunctionType, notes: Notes, *, is_dispatcher: bool) -> Names:
    names = (_WRAPPED, _REGISTRY) if is_dispatcher else (_WRAPPED,)
    known = () if is_dispatcher else _contents(fn.__closure__)
    found = {
        name: value
        for name in names
        if (value := vars(fn).get(name, ABSENT)) is not ABSENT
        if not any(value is content for content in known)  # it has been read as such
    }
    return _read_named("attribute", thing, found, notes)


def _are_held(values: Sequence[object], held: tuple[Held, ...]) -> bool:
    return len(values) == len(held) and all(map(is_held, values, held))


def _names_are_held(values: Mapping[str, object] | None, names: Names) -> bool:
    return all(is_held((values or {}).get(name, ABSENT), held) for name, held in names)
