"""The dotted path by which a document names a function."""

import os.path
import sys
from collections.abc import Callable
from types import FunctionType, MethodType


def path_of_function(fn: Callable[..., object]) -> str | None:
    """Return the path by which a document names a function: its module and its name.

    A function inside another has its path too, `module.name`, although nothing can be
    imported from there: `Flow.from_yaml` finds it among the functions that it is given.

    Returns:
        None for what has no name of its own: a lambda, a partial, an object that can be
        called, a method of an object.
    """
    if isinstance(fn, MethodType) and isinstance(fn.__self__, type):
        fn = fn.__func__  # a class method is the same whatever object it is taken from
    if not isinstance(fn, FunctionType | type):
        return None
    module = public_module_name(getattr(fn, "__module__", None) or "")
    name = fn.__qualname__.rpartition("<locals>.")[2]
    path = f"{module}.{name}"
    return path if all(part.isidentifier() for part in path.split(".")) else None


def public_module_name(name: str) -> str:
    """Return the name by which others import a module; the one that was started has two.

    Returns:
        An empty text for a program that is in no file.
    """
    if name != "__main__":
        return name
    main = sys.modules.get(name)
    spec = getattr(main, "__spec__", None)
    if spec is not None:
        return str(spec.name)
    file = getattr(main, "__file__", None) or ""
    return os.path.splitext(os.path.basename(file))[0]
