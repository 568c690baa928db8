"""Names under which people know functions and classes, and the files where they find them.

A name comes from the code and not from `__qualname__`, which `functools.wraps` overwrites:
each wrapper would pass for what it wraps.
"""

import os
import sys
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Final

ANNOTATION_READERS: Final = frozenset(
    {
        *(
            "signature",
            "Signature",
            "from_callable",
            "getfullargspec",
            "get_type_hints",
            "get_annotations",
        ),
        *("call_annotate_function", "call_evaluate_function"),
    }
)
"""What reads annotations of functions, as the standard library calls it; the last since 3.14."""

_LOCALS = ".<locals>"
_SCRIPT = "__main__"


def code_name(fn: FunctionType) -> str:
    """Return module and name of a function's code: `app.text.make.inner`."""
    return f"{fn.__globals__.get('__name__', '?')}.{_readable(fn.__code__)}"


def function_name(fn: FunctionType) -> tuple[str, str]:
    """Return what a function is, "function" or "method", and its name.

    The name of a wrapper says what it wraps, since many wrappers share one code:
    `app.checks.logged.wrapper around app.text.clean`.
    """
    code = fn.__code__
    owner, _, _ = code.co_qualname.rpartition(".")
    is_method = owner and not owner.endswith("<locals>") and code.co_name != "<lambda>"
    kind = "method" if is_method else "function"
    name = code_name(fn)
    if fn.__qualname__ != code.co_qualname:
        wrapped = f"{fn.__module__}.{fn.__qualname__}".replace(_LOCALS, "")
        return kind, f"{name} around {wrapped}"
    return kind, name


def class_name(cls: type) -> str:
    """Return module and name of a class."""
    return f"{cls.__module__}.{cls.__qualname__}".replace(_LOCALS, "")


def type_name(cls: type) -> str:
    """Return the bare name of a class, as in "a Session"."""
    return cls.__name__


def place_of_function(fn: FunctionType) -> str | None:
    """Return the file of a function as its module's name tells it, or None."""
    namespace = fn.__globals__
    module, file = namespace.get("__name__"), namespace.get("__file__")
    if not isinstance(module, str) or not isinstance(file, str):
        return None
    return _place(module, file)


def place_of_class(cls: type) -> str | None:
    """Return the file of a class as its module's name tells it, or None."""
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    return _place(cls.__module__, file) if isinstance(file, str) else None


@lru_cache(maxsize=4_096)
def _place(module: str, file: str) -> str | None:
    """Return `app/text.py` for `app.text`, wherever the project lies."""
    if module == _SCRIPT:
        return None
    path = module.replace(".", "/")
    return f"{path}/__init__.py" if os.path.basename(file) == "__init__.py" else f"{path}.py"


def _readable(code: CodeType) -> str:
    name = code.co_qualname
    return name.replace(_LOCALS, "") if _LOCALS in name else name
