"""What a name stood for when this process first looked at it, where the code itself changes it.

The value of now cannot count: it is another one after each call. The value of the beginning does,
so that an edit of it is seen by the next process. There is one first look for all functions
that change a name, and it is remembered as long as one of them lives.
"""

from collections.abc import Callable, Mapping
from threading import Lock
from types import CodeType, FunctionType, ModuleType
from typing import Final, NamedTuple
from weakref import WeakValueDictionary, ref

from hbia_dsl.cache.code_changes import CONTAINERS
from hbia_dsl.cache.code_digest import ATOMS, digest_of
from hbia_dsl.cache.code_name import code_name, type_name
from hbia_dsl.cache.code_reference import reference_to
from hbia_dsl.cache.code_thing import Look, Notes, Thing
from hbia_dsl.cache.code_value import ValueText

_LONGEST_TEXT: Final = 64
_TRIES: Final = 5


class Holder(NamedTuple):
    """Where a value lies that code changes."""

    owner: int
    """The number of a namespace, a cell or a function."""
    load: int
    """The number of the `__spec__` of a module, which is a new one after each load; or 0."""
    label: str
    """How people know the value, such as `app.calls`."""
    container: int
    """The number of the list, dict or set that is altered; 0 if the name is bound again, and so
    to any object."""


class FirstLook:
    """A value as it was at the first look."""

    __slots__ = ("__weakref__", "_kept", "_module", "codes", "holder", "limits", "text", "things")

    def __init__(self, holder: Holder, value: object, owner: object) -> None:
        self.holder: Final = holder
        is_module = isinstance(owner, ModuleType)
        self._module: Callable[[], object] = ref(owner) if is_module else _no_module
        notes = Notes()
        self.text: Final = _text(holder.label, value, notes)
        """None if there was no value yet."""
        self.things: Final[tuple[Thing, ...]] = tuple(notes.things)
        """The functions and classes in it."""
        self.limits: Final[tuple[str, ...]] = tuple(notes.limits)
        # While they live their numbers are not used again.
        spec = vars(owner).get("__spec__") if is_module else None
        self._kept: tuple[object, ...] = (spec,)
        if holder.container and not notes.things and not notes.limits:
            self._kept = (spec, value)
        self.codes: dict[str, tuple[CodeType, ...]] = {}
        """The code of the functions that change it, by their names."""

    def is_latest(self) -> bool:
        """Return whether no function that changes it was defined again, and no module reloaded."""
        module = self._module()
        spec = None if module is None else vars(module).get("__spec__")
        return _looks.get(self.holder) is self and (module is None or id(spec) == self.holder.load)

    def is_of(self, value: object) -> bool:
        """Return whether the container that was looked at is there now."""
        if self.holder.container == 0:
            return True
        if self.holder.container != id(value):
            return False
        if len(self._kept) > 1 and not _is_plain(value):
            # It might hold, in some way, the function that keeps this alive.
            self._kept = self._kept[:1]
        return True


_looks: Final[WeakValueDictionary[Holder, FirstLook]] = WeakValueDictionary()
_lock: Final = Lock()


def first_look(holder: Holder, value: object, by: FunctionType, owner: object) -> FirstLook:
    """Return what a name stood for at the first look, which may be now.

    Where a function of the same name and of other code was known to change it, that was defined
    again, as by a cell of a notebook that was run again; then this is another first look.

    Args:
        holder: Where the value lies.
        value: What is there now.
        by: The function that changes it.
        owner: The module, if it is a name of one.
    """
    name, code = code_name(by), by.__code__
    found = _looks.get(holder)
    if found is not None and any(known is code for known in found.codes.get(name, ())):
        return found
    # Not under the lock: code of the classes in it may run.
    look = FirstLook(holder, value, owner)
    with _lock:
        found = _looks.get(holder)
        if found is None or not _is_known(found, name, code):
            # Those that are known stay known: two functions may share a name.
            look.codes.update(found.codes if found is not None else {})
            found = _looks[holder] = look
        if not any(known is code for known in found.codes.get(name, ())):
            found.codes[name] = (*found.codes.get(name, ()), code)
    return found


def _no_module() -> None:
    return None


def merged(looks: Mapping[str | int, Look], part: str, numbers: tuple[int, ...]) -> Look:
    """Return what stands for a part that is changed, by its name or by what it stands for."""
    keys: tuple[str | int, ...] = (part, *numbers)
    return next(looks[key] for key in keys if key in looks)


def _is_known(look: FirstLook, name: str, code: CodeType) -> bool:
    codes = look.codes.get(name)
    # By identity: equal code may come from a module of which only a constant was edited.
    return codes is None or any(known is code for known in codes)


def _is_plain(value: object) -> bool:
    if not isinstance(value, CONTAINERS):
        return False
    items = (*value, *value.values()) if isinstance(value, dict) else value
    return ATOMS.issuperset(map(type, items))


class _Nothing:
    """No value yet."""


NOTHING: Final = _Nothing()


def _text(label: str, value: object, notes: Notes) -> str | None:
    if value is NOTHING:
        return None
    text = ""
    for _ in range(_TRIES):
        notes.things.clear()
        notes.limits.clear()
        try:
            text = reference_to(value, notes) or ValueText(notes).write(value, label)
        except Exception as error:  # noqa: BLE001 - a class raises, or another thread alters it
            what = type_name(type(value))
            text = f"unreadable {what}"
            notes.limits.append(f"cannot read `{label}` (a {what}: {type(error).__name__})")
        if not notes.limits:
            break
    return text if len(text) <= _LONGEST_TEXT else f"#{digest_of(text).hex()}"
