"""Names with dots: `text.clean` reaches `clean` of a module, and nothing else of it."""

from types import FunctionType, ModuleType
from weakref import ReferenceType, ref

from hbia_dsl.cache.code_binding import ABSENT, Held, bind, is_held
from hbia_dsl.cache.code_facts import Chain
from hbia_dsl.cache.code_name import code_name
from hbia_dsl.cache.code_origin import origin_of_module
from hbia_dsl.cache.code_reference import note_origin
from hbia_dsl.cache.code_thing import Notes
from hbia_dsl.cache.code_unseen import is_unseen, is_unseen_attribute

FarName = tuple[ReferenceType[ModuleType] | ReferenceType[FunctionType], str, Held]
"""A module or function, the name of an attribute of it, and what that stood for."""

_FALLBACK = "__getattr__"


def follow_chain(owner: ModuleType, attributes: Chain, label: str, notes: Notes) -> list[FarName]:
    """Note what the attributes that code takes from a module stand for.

    Args:
        owner: The module.
        attributes: Attributes, each taken from the one before.
        label: The name under which the code knows the module.
        notes: Where it is noted.

    Returns:
        The names on the way, to be looked up again.
    """
    watched: list[FarName] = []
    for at, name in enumerate(attributes):
        if label.rpartition(".")[2] != owner.__name__ and label != owner.__name__:
            notes.add(f"name {label}", f"module {owner.__name__}")
        value = vars(owner).get(name, ABSENT)
        label = f"{owner.__name__}.{name}"
        if isinstance(value, ModuleType):
            watched.append((ref(owner), name, ref(value)))
            owner = value
            continue
        origin = origin_of_module(owner)
        if origin is not None:  # the name is in the code, what it stands for is in the version
            note_origin(origin, notes)
            note_unseen(owner.__name__, attributes if at == 0 else attributes[at:], notes)
            return watched
        watched.append((ref(owner), name, bind_name(label, value, notes)))
        if value is ABSENT and _FALLBACK in vars(owner):
            fallback = vars(owner)[_FALLBACK]
            label = f"{owner.__name__}.{_FALLBACK}"
            watched.append((ref(owner), _FALLBACK, bind("constant", label, fallback, notes)))
        return [*watched, *attribute_of_function(value, attributes[at + 1 :], notes)]
    bind("constant", label, owner, notes)
    return watched


def note_unseen(module: str, attributes: Chain, notes: Notes) -> None:
    """Note what code takes from an installed module if nobody can see what that does.

    Args:
        module: The module.
        attributes: The name that is taken from it, and what is taken from that.
        notes: Where it is noted.
    """
    name = attributes[0]
    if is_unseen(module, name):
        notes.unseen += (f"{module}.{name}",)
    elif module == "datetime" and is_unseen_attribute(name, attributes[1:]):
        notes.unseen += (f"{module}.{name}.{attributes[1]}",)


def bind_name(label: str, value: object, notes: Notes) -> Held:
    """Note what a name of a module stands for, if it is there."""
    return ABSENT if value is ABSENT else bind("constant", label, value, notes)


def attribute_of_function(value: object, attributes: Chain, notes: Notes) -> list[FarName]:
    """Note an attribute that somebody put on a function and that code takes from it."""
    if not attributes or type(value) is not FunctionType or attributes[0] not in vars(value):
        return []
    name = attributes[0]
    label = f"{code_name(value)}.{name}"
    return [(ref(value), name, bind("constant", label, vars(value)[name], notes))]


def are_held(watched: tuple[FarName, ...]) -> bool:
    """Return whether names still stand for what they stood for."""
    for reference, name, held in watched:
        owner = reference()
        if owner is None or not is_held(vars(owner).get(name, ABSENT), held):
            return False
    return True
