"""Code met while reading: the user's own is followed, installed code counts by its version."""

import re
from types import (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import Final

from hbia_dsl.cache.code_name import ANNOTATION_READERS, class_name, code_name
from hbia_dsl.cache.code_origin import (
    PYTHON,
    origin_of_module,
    origin_of_name,
    origin_of_namespace,
)
from hbia_dsl.cache.code_thing import CodeObject, Notes, thing_of
from hbia_dsl.cache.code_unseen import is_unseen

_BUILTIN_TYPES: Final = (BuiltinFunctionType, type(re.compile("").match))
_PARTS_OF_CLASSES: Final = (
    WrapperDescriptorType,
    MethodDescriptorType,
    ClassMethodDescriptorType,
    GetSetDescriptorType,
    MemberDescriptorType,
)


def reference_to(value: object, notes: Notes) -> str | None:
    """Return the name of a piece of code, and note that it is reached.

    Returns:
        None if the value is not code, but data or an object that holds code.
    """
    cls = type(value)
    if cls is FunctionType:
        return _to_function(value, notes)  # type: ignore[arg-type]  # as the line above says
    if issubclass(cls, type):
        return _to_class(value, notes)  # type: ignore[arg-type]  # as the line above says
    if issubclass(cls, ModuleType):
        return _to_module(value, notes)  # type: ignore[arg-type]  # as the line above says
    if cls in _BUILTIN_TYPES:
        return _to_builtin(value, notes)
    if cls in _PARTS_OF_CLASSES:
        owner = getattr(value, "__objclass__", object)
        return f"{_to_class(owner, notes)}.{getattr(value, '__name__', '?')}"
    return None


def note_origin(origin: str, notes: Notes) -> None:
    """Note that installed code is reached; Python itself is part of every fingerprint."""
    if origin is not PYTHON:
        notes.add_origin(origin)


def _to_function(value: FunctionType, notes: Notes) -> str:
    origin = origin_of_namespace(value.__globals__)
    if origin is not None:
        note_origin(origin, notes)
        _note_unseen(value.__module__, value.__name__, notes)
        if value.__name__ in ANNOTATION_READERS:  # under whatever name it was imported
            notes.reads_annotations = True
        # A decorator of a package may hold functions of the user.
        if value.__closure__ is None and not value.__dict__:
            return code_name(value)
    return _followed(value, notes)


def _to_class(value: type, notes: Notes) -> str:
    origin = origin_of_name(value.__module__)
    if origin is None:
        return _followed(value, notes)
    note_origin(origin, notes)
    return f"class {class_name(value)}"


def _to_module(value: ModuleType, notes: Notes) -> str:
    origin = origin_of_module(value)
    if origin is None:
        return _followed(value, notes)
    note_origin(origin, notes)
    return f"module {value.__name__}"


def _to_builtin(value: object, notes: Notes) -> str | None:
    owner = getattr(value, "__self__", None)
    name = str(getattr(value, "__qualname__", "?"))
    if owner is None or isinstance(owner, ModuleType):
        module = getattr(value, "__module__", None)
        origin = origin_of_name(module)
        if origin is not None:
            note_origin(origin, notes)
            _note_unseen(module, name, notes)
        return f"{module}.{name}"
    if isinstance(owner, type):
        return f"{_to_class(owner, notes)}.{name}"
    return None  # a method bound to data, such as `re.compile("x").match`


def _note_unseen(module: object, name: str, notes: Notes) -> None:
    if is_unseen(module, name):
        notes.unseen += (f"{module}.{name}",)


def _followed(value: CodeObject, notes: Notes) -> str:
    thing = thing_of(value)
    notes.things.append(thing)
    return thing.text
