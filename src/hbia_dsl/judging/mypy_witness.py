"""mypy with a witness: runs mypy, and notes all that its answer can have depended on.

mypy gives the same answer as long as all that it looks at stays the same: the files that it
reads, the places where it finds none, the folders that it lists, and variables of the
environment. The witness stands beside it and notes a fact for each. About an answer that
depends on more it says nothing: on plugins, on other processes, on files that changed in
the meantime. An answer that came with other files (reports) is none that could be repeated.

A process starts this file as a program, by its path, so that it loads neither the package
nor the app; it imports the standard library, and the facts by their path.

Source:
    The idea is that of build tools that trace what a command reads, such as fabricate.
"""

import importlib
import importlib.util
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import ModuleType
from typing import Final

_OWN_IMPORTS: Final = sys.stdlib_module_names | {
    "__main__",
    "ast_serialize",
    "hyperscan",
    "librt",
    "mypy",
    "mypy_extensions",
    "org",
    "orjson",
    "pathspec",
    "psutil",
    "re2",
    "tomli",
    "typing_extensions",
}
"""What mypy and its own parts import, or try to; all else is a plugin and may look at anything."""

_DOUBTS: Final = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.system",
        "socket.connect",
        "subprocess.Popen",
    }
)
"""Events after which others have a part in the answer."""


class _Busy(threading.local):
    """Whether this thread looks for the witness itself."""

    is_on = False


class Witness:
    """Notes what a process looks at, from `begin` to `end`."""

    def __init__(self, facts: ModuleType, own: Iterable[str], unlisted: str) -> None:
        """Prepare.

        Args:
            facts: The module `seen_facts`.
            own: Folders whose content is no part of the question: what mypy remembers, and
                the text, which the caller compares.
            unlisted: The folder that holds them; what else comes to be in it says nothing.
        """
        self.is_sure = True
        self._look: Callable[[str, str], str] = facts.fact
        self._all_now: Callable[[Iterable[str], Mapping[str, str]], dict[str, str]] = (
            facts.facts_now
        )
        self._is_young: Callable[[str, int], bool] = facts.is_young
        # Nor is what the system tells of its processes, which `psutil` looks at.
        self._own = tuple(os.path.join(folder, "") for folder in (*own, "/proc"))
        self._unlisted = unlisted
        self._here = os.getcwd()
        self._begun_ns = time.time_ns()
        self._environment = dict(os.environ)
        self._variables: set[str] = set()
        self._changed_variables: set[str] = set()
        self._facts: dict[str, str] = {}
        self._modules = set(sys.modules)
        self._busy = _Busy()

    def begin(self) -> None:
        """Stand beside every way to look at files and variables; for the rest of the process."""
        sys.addaudithook(self._event)
        for name, kinds in (
            ("stat", ("file",)),
            ("lstat", ("link", "file")),
            ("readlink", ("link",)),
        ):
            self._stand_beside(name, kinds)
        self._watch_variables()
        self._watch_plugins()

    def end(self) -> dict[str, str] | None:
        """Return what was noted; None if it may not be all, or is not so any more."""
        self._busy.is_on = True
        for name, module in list(sys.modules.items()):
            self.is_sure &= name in self._modules or _is_of_mypy(name)
            file = getattr(module, "__file__", None)
            if isinstance(file, str):
                self._note_one("file", os.path.join(self._here, file))
        if not self.is_sure or self._all_now(self._facts, {}) != self._facts:
            return None
        named = [f"env {name}" for name in sorted(self._variables)]
        return self._facts | self._all_now(named, self._environment)

    def _event(self, event: str, arguments: tuple[object, ...]) -> None:
        """Take part in what Python tells of itself; an exception here would stop mypy."""
        if self._busy.is_on:
            return
        if event == "open":
            self._opened(*arguments)
        elif event in ("os.listdir", "os.scandir"):
            self._note("list", arguments[0])
        elif event == "import":
            self.is_sure &= _is_of_mypy(str(arguments[0]))
        elif event in _DOUBTS:
            self.is_sure = False

    def _opened(self, path: object, mode: object, flags: object) -> None:
        writing = isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))
        if writing or (isinstance(mode, str) and not set("wax+").isdisjoint(mode)):
            is_text = isinstance(path, str)
            self.is_sure &= is_text and self._is_own(os.path.join(self._here, str(path)))
        else:
            self._note("file", path)

    def _stand_beside(self, name: str, kinds: tuple[str, ...]) -> None:
        look: Callable[..., object] = getattr(os, name)

        def looking(path: object, *args: object, **kwargs: object) -> object:
            if not self._busy.is_on:
                if args or any(value not in (None, True) for value in kwargs.values()):
                    self.is_sure = False  # relative to another folder, or about a link
                for kind in kinds:
                    self._note(kind, path)
            return look(path, *args, **kwargs)

        setattr(os, name, looking)

    def _watch_variables(self) -> None:
        kind = type(os.environ)
        get, put, iterate = kind.__getitem__, kind.__setitem__, kind.__iter__

        def getting(variables: "os._Environ[str]", name: str) -> str:
            if name not in self._changed_variables:
                self._variables.add(name)
            return get(variables, name)

        def putting(variables: "os._Environ[str]", name: str, value: str) -> None:
            self._changed_variables.add(name)
            put(variables, name, value)

        def iterating(variables: "os._Environ[str]") -> Iterator[str]:
            self.is_sure = False  # it may look for any of them
            return iterate(variables)

        for method, own in (
            ("__getitem__", getting),
            ("__setitem__", putting),
            ("__iter__", iterating),
        ):
            setattr(kind, method, own)

    def _watch_plugins(self) -> None:
        load = importlib.import_module  # Python tells nothing of what comes in this way

        def loading(name: str, package: str | None = None) -> ModuleType:
            self.is_sure &= _is_of_mypy(name)
            return load(name, package)

        importlib.import_module = loading

    def _note(self, kind: str, path: object) -> None:
        """Look before the process does, so that a change after that is seen at the end."""
        if isinstance(path, int):
            return  # an open file, which has been noted when it was opened
        self._busy.is_on = True
        try:
            if isinstance(path, str | bytes | os.PathLike):
                self._note_one(kind, os.path.join(self._here, os.fsdecode(path)))
            else:
                self.is_sure = False
        except Exception:  # noqa: BLE001 - mypy must go on, without a witness
            self.is_sure = False
        finally:
            self._busy.is_on = False

    def _note_one(self, kind: str, path: str) -> None:
        key = f"{kind} {path}"
        if key in self._facts or self._is_own(path) or (kind == "list" and path == self._unlisted):
            return
        self._facts[key] = seen = self._look(kind, path)
        if kind == "file" and self._is_young(seen, self._begun_ns):
            self._facts[f"content {path}"] = self._look("content", path)

    def _is_own(self, path: str) -> bool:
        return os.path.join(path, "").startswith(self._own)


def main() -> None:
    """Run mypy: the file for the facts, the folder of checks, its own parts, `--`, arguments."""
    output, folder, *rest = sys.argv[1:]
    end_of_own = rest.index("--")
    witness = Witness(_facts_module(), rest[:end_of_own], folder)
    sys.argv = ["mypy", *rest[end_of_own + 1 :]]
    leave = os._exit

    def leaving(status: int) -> None:
        _tell(witness, output)
        leave(status)

    os._exit = leaving  # type: ignore[assignment]  # it never returns either
    witness.begin()
    from mypy.__main__ import console_entry  # what the witness is there for

    try:
        console_entry()
    finally:
        _tell(witness, output)


def _tell(witness: Witness, output: str) -> None:
    try:
        seen = witness.end()
        if seen is not None:
            with open(output, "w", encoding="utf-8") as opened:
                json.dump(seen, opened)
    except Exception:  # noqa: BLE001 - then nobody knows, and mypy is asked again
        return


def _is_of_mypy(module: str) -> bool:
    package = module.partition(".")[0]
    return (
        package in _OWN_IMPORTS
        or package.startswith("_sysconfigdata_")
        or package.endswith("__mypyc")
    )


def _facts_module() -> ModuleType:
    file = os.path.join(os.path.dirname(os.path.abspath(__file__)), "seen_facts.py")
    spec = importlib.util.spec_from_file_location("_hbia_seen_facts", file)
    if spec is None or spec.loader is None:
        raise ImportError(file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
