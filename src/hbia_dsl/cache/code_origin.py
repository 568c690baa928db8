"""Where code comes from: the user's own, which is followed, or installed, which has a version.

What lies in the standard library counts with the version of Python; what lies in a folder of
installed packages counts with the version of its distribution; this package counts with its
own version. All else is first-party: projects, scripts, notebooks, and also editable
installs, since their files lie outside those folders.
"""

import os
import platform
import sys
from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Final

from hbia_dsl.cache.code_distribution import distribution_of, site_folder

PYTHON: Final = f"Python {platform.python_version()}"
"""The part that stands for the interpreter, its builtins and its standard library."""

_OWN: Final = "hbia_dsl"
_SCRIPT: Final = "__main__"
_VERSION: Final = f"python{sys.version_info.major}.{sys.version_info.minor}"
_STANDARD_FOLDERS: Final = tuple(
    os.path.realpath(path) + os.sep
    for path in (
        os.path.dirname(os.__file__),
        os.path.join(sys.base_exec_prefix, sys.platlibdir, _VERSION),
        os.path.join(sys.base_prefix, "DLLs"),
    )
)
"""Where the standard library lies; `sysconfig` would say it too, and load for milliseconds."""
_LIMIT: Final = 16_384

_memo: Final[dict[tuple[object, object], str | None]] = {}


def origin_of_namespace(namespace: Mapping[str, object]) -> str | None:
    """Return what a module's code counts as, given the module's globals.

    Returns:
        The part that stands for it, such as "package numpy 2.1.0"; None for first-party
        code, which is followed.
    """
    key = namespace.get("__name__"), namespace.get("__file__")
    try:
        return _memo[key]
    except (KeyError, TypeError):  # a global called `__name__` may be anything
        return _remembered(key)


def origin_of_module(module: ModuleType) -> str | None:
    """As `origin_of_namespace`, of a module object; a module without a file has a folder."""
    namespace = vars(module)
    if namespace.get("__file__") is None:
        paths = list(namespace.get("__path__") or ())
        if paths:
            return _remembered((module.__name__, os.path.join(str(paths[0]), "__init__.py")))
    return origin_of_namespace(namespace)


def origin_of_name(name: object) -> str | None:
    """As `origin_of_namespace`, by the name of a module, as classes and builtins know it."""
    module = sys.modules.get(name) if isinstance(name, str) else None
    if module is None:
        return _remembered((name, None))
    return origin_of_module(module)


def is_foreign(origin: str) -> bool:
    """Return whether an origin is a package of somebody else: not Python, and not this one."""
    return origin is not PYTHON and origin != _own_package()


def _remembered(key: tuple[object, object]) -> str | None:
    name, file = key
    if not isinstance(name, str):
        name = ""
    if not isinstance(file, str):
        file = None
    found = _origin(name, file)
    if len(_memo) >= _LIMIT:
        _memo.clear()
    try:
        _memo[key] = found
    except TypeError:
        return found
    return found


def _origin(name: str, file: str | None) -> str | None:
    top = name.partition(".")[0]
    if top == _OWN:
        return _own_package()
    if name == _SCRIPT:  # also when a tool such as a notebook runs it, and lends it its file
        return None
    if file is None:
        is_standard = top in sys.builtin_module_names or top in sys.stdlib_module_names
        # Functions that Cython made are of a class that all packages share.
        return PYTHON if is_standard or top.startswith("_cython_") else None
    path = os.path.realpath(file)
    for seen in (os.path.abspath(file), path):
        folder = site_folder(seen)
        if folder is not None:
            return _installed(folder, seen, top)
    return PYTHON if path.startswith(_STANDARD_FOLDERS) else None


def _installed(folder: str, path: str, top: str) -> str | None:
    found = distribution_of(folder, path)
    if found is not None:
        return f"package {found.name} {found.version}"
    # Put there by hand. Python source can be followed as if it were the user's own.
    return None if path.endswith((".py", ".pyc")) else f"package {top} without-version"


@cache
def _own_package() -> str:
    # Looked up and not imported: what is above this module must not be imported by it.
    return f"package hbia-dsl {getattr(sys.modules.get(_OWN), '__version__', 'unknown')}"
