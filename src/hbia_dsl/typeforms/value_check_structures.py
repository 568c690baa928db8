"""Checks of TypedDicts and Protocols: what a value must have, not what class it is."""

import inspect
import types
import typing
from collections.abc import Callable, Mapping

import attrs

from hbia_dsl.typeforms.compiled_check import (
    DEEP_ITEM_LIMIT,
    CompilePart,
    ValueCheck,
    share,
)
from hbia_dsl.typeforms.value_mismatch import Mismatch, found_text

_ABSENT = object()
_NOT_MEMBERS = frozenset(
    ("__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__slots__", "__init__",
     "__new__", "__annotations__", "__parameters__", "__orig_bases__", "__abstractmethods__",
     "__subclasshook__", "__class_getitem__", "__match_args__", "__protocol_attrs__",
     "__non_callable_proto_members__", "__static_attributes__", "__firstlineno__",
     "__type_params__", "__annotate__", "__annotate_func__", "__annotations_cache__",
     "__callable_proto_members_only__",
     "__conditional_annotations__", "_is_protocol", "_is_runtime_protocol", "_abc_impl")
)  # fmt: skip
"""Names in a Protocol's own namespace that are no members of the interface."""


@attrs.frozen
class DictKey:
    """A key that a TypedDict declares."""

    name: str
    form: object
    required: bool


def is_typed_dict(form: object) -> bool:
    """Whether a form is a TypedDict class, whichever module made it."""
    return isinstance(form, type) and dict in form.__mro__ and hasattr(form, "__total__")


def typed_dict_keys(cls: type) -> tuple[DictKey, ...]:
    """Read the declared keys of a TypedDict.

    `__required_keys__` is wrong for `NotRequired` in a module with string annotations,
    so the qualifiers are read from the resolved hints.

    Args:
        cls: The TypedDict class.

    Raises:
        NameError: An annotation names what is not there.
    """
    usual = typing.cast(frozenset[str], getattr(cls, "__required_keys__", frozenset()))
    keys = []
    for name, hint in typing.get_type_hints(cls, include_extras=True).items():
        form, qualifiers = _unqualified(hint)
        required = "Required" in qualifiers or (name in usual and "NotRequired" not in qualifiers)
        keys.append(DictKey(name, form, required))
    return tuple(keys)


def _unqualified(hint: object) -> tuple[object, set[str]]:
    """Strip Required, NotRequired, ReadOnly and Annotated; return their names too."""
    qualifiers: set[str] = set()
    while True:
        origin = typing.get_origin(hint)
        name = getattr(origin, "_name", None)
        if origin is not typing.Annotated and name not in ("Required", "NotRequired", "ReadOnly"):
            return hint, qualifiers
        qualifiers.add(str(name))
        hint = typing.get_args(hint)[0]


def typed_dict_check(
    expected: str, keys: tuple[DictKey, ...], compile_part: CompilePart
) -> ValueCheck:
    """Check a dict for declared keys and their values; further keys are accepted.

    Args:
        expected: The form, for messages.
        keys: The declared keys.
        compile_part: Compiles the form of one value.
    """
    checks = {key.name: compile_part(key.form) for key in keys}
    must = frozenset(key.name for key in keys if key.required)
    flat = tuple((n, c.accepts) for n, c in checks.items() if c is not None and c.within is None)
    deep = tuple((n, c.within) for n, c in checks.items() if c is not None and c.within is not None)

    def within(value: object, limit: int = DEEP_ITEM_LIMIT) -> bool:
        if not isinstance(value, dict):
            return False
        try:
            if not value.keys() >= must:
                return False
            get = value.get
            for name, accepts in flat:
                member = get(name, _ABSENT)
                if member is not _ABSENT and not accepts(member):
                    return False
            return not deep or all_deep(get, share(limit, len(deep)))
        except Exception:  # noqa: BLE001 - its own code failed: cannot tell
            return True

    def all_deep(get: Callable[[str, object], object], inner: int) -> bool:
        for name, look in deep:
            member = get(name, _ABSENT)
            if member is not _ABSENT and not look(member, inner):
                return False
        return True

    def locate(value: object, limit: int) -> Mismatch | None:
        if not isinstance(value, dict):
            return Mismatch((), expected, found_text(value, expected))
        return _first_wrong_key(value, keys, checks, share(limit, len(deep)))

    return ValueCheck(expected, within, within, locate)


def _first_wrong_key(
    value: Mapping[object, object],
    keys: tuple[DictKey, ...],
    checks: Mapping[str, ValueCheck | None],
    inner: int,
) -> Mismatch | None:
    for key in keys:
        label = f'key "{key.name}"'
        member = value.get(key.name, _ABSENT)
        check = checks[key.name]
        if member is _ABSENT:
            if key.required:
                return Mismatch((label,), "" if check is None else check.expected, None)
        elif check is not None:
            mismatch = check.find(member, inner)
            if mismatch is not None:
                return mismatch.under(label)
    return None


def protocol_check(expected: str, cls: type) -> ValueCheck | None:
    """Check that a value has the members of a Protocol; types and signatures are not compared.

    Works for every Protocol, marked `runtime_checkable` or not. Members are looked for
    on the class first, so a property is not computed.

    Args:
        expected: The form, for messages.
        cls: The Protocol class.

    Returns:
        The check, or None if the Protocol has no members.
    """
    members = _protocol_members(cls)
    if not members:
        return None

    def lacking(value: object) -> list[str]:
        of_class = type(value)
        return [n for n, has in members if not (has(of_class, n) or has(value, n))]

    def accepts(value: object) -> bool:
        of_class = type(value)
        try:
            for name, has in members:
                if not (has(of_class, name) or has(value, name)):
                    return False
        except Exception:  # noqa: BLE001 - an attribute's own code failed: cannot tell
            return True
        return True

    def locate(value: object, limit: int) -> Mismatch | None:
        del limit
        absent = lacking(value)
        if not absent:
            return None
        names = ", ".join(f"`{name}`" for name in absent)
        return Mismatch((), expected, f"{found_text(value)} without {names}")

    return ValueCheck(expected, accepts, locate=locate)


def _has_method(owner: object, name: str) -> bool:
    """Whether there is a method; None in its place says that there is none."""
    return getattr(owner, name, None) is not None


def _protocol_members(cls: type) -> tuple[tuple[str, Callable[[object, str], bool]], ...]:
    """Return the names that a Protocol asks for, each with how to look for it."""
    found: dict[str, Callable[[object, str], bool]] = {}
    for base in reversed(cls.__mro__):
        if not getattr(base, "_is_protocol", False) or base.__name__ in ("Protocol", "Generic"):
            continue
        for name in inspect.get_annotations(base):
            found[name] = hasattr
        for name, member in base.__dict__.items():
            if name not in _NOT_MEMBERS:
                is_method = isinstance(member, types.FunctionType | staticmethod | classmethod)
                found[name] = _has_method if is_method else hasattr
    return tuple(found.items())
