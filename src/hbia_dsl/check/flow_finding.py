"""Find the flows that a user named, and all that keeps others from being found."""

import contextlib
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Final

import attrs

from hbia_dsl.check.found_flow import FoundFlow
from hbia_dsl.check.target_import import (
    BrokenFlowError,
    broken_flow,
    import_target,
    make_importable,
    submodules,
)
from hbia_dsl.check.target_reading import Target, read_target
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import NO_FLOW
from hbia_dsl.diagnostics.near_miss import did_you_mean
from hbia_dsl.errors import CheckError, WiringError
from hbia_dsl.flow.flow import Flow


@attrs.frozen
class FoundFlows:
    """What was found."""

    flows: tuple[FoundFlow, ...]
    """In the order of the targets, of the modules and of their lines; each once."""
    broken: tuple[Diagnostic, ...]
    """Why other flows could not be built."""
    failures: tuple[Diagnostic, ...]
    """Why there may be flows that nobody has seen: what cannot be imported or is not there."""


def find_flows(targets: Iterable[str]) -> FoundFlows:
    """Import what a user named and collect its flows.

    Args:
        targets: As `read_target` takes them.
    """
    search = _Search()
    for text in targets:
        try:
            search.take_all(read_target(text), text)
        except CheckError as error:
            search.failures.append(error.diagnostic)
    return FoundFlows(
        tuple(search.flows), _once(_all_broken(search.broken)), _once(search.failures)
    )


def _once(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(dict.fromkeys(diagnostics))


def _all_broken(broken: Mapping[tuple[Diagnostic, ...], Sequence[str]]) -> Iterator[Diagnostic]:
    """Say with the last problem of each flow what could not be looked at because of it."""
    for diagnostics, modules in broken.items():
        *others, last = diagnostics
        yield from others
        yield attrs.evolve(last, notes=(*last.notes, *_not_looked_at(modules)))


def _not_looked_at(modules: Sequence[str]) -> Iterator[str]:
    shown = [f"`{module}`" for module in dict.fromkeys(modules)]
    if len(shown) == 1:
        yield f"the import of {shown[0]} ends there, so no other flow of it was looked at"
    elif shown:
        if len(shown) > _MOST_MODULES:
            shown[_MOST_MODULES - 1 :] = [f"{len(shown) - _MOST_MODULES + 1} more"]
        named = f"{', '.join(shown[:-1])} and {shown[-1]}"
        yield f"the imports of {named} end there, so no other flow of them was looked at"


_MOST_MODULES: Final = 4
"""How many modules a note names."""


class _Search:
    def __init__(self) -> None:
        self.flows: list[FoundFlow] = []
        self.broken: dict[tuple[Diagnostic, ...], list[str]] = {}
        """The modules that each broken flow keeps from being imported."""
        self.failures: list[Diagnostic] = []
        self._seen: set[int] = set()

    def take_all(self, targets: Sequence[Target], text: str) -> None:
        """Take all flows of what a user named; in a folder, not every module has some."""
        before = self._count()
        without = [target.module for target in targets if not self._take(target)]
        if without and self._count() == before:
            message = f"no module of `{text}` has a flow at the top level"
            if len(without) == 1:
                message = f"`{without[0]}` has no flow at the top level of a module"
            self.failures.append(
                Diagnostic(
                    NO_FLOW,
                    message,
                    help="assign it to a variable of the module, or name a function that "
                    f"returns it: {without[0]}:make_flow()",
                )
            )

    def _count(self) -> int:
        modules = sum(len(modules) for modules in self.broken.values())
        return len(self.flows) + len(self.failures) + modules

    def _take(self, target: Target) -> bool:
        """Take all flows that a target names; return whether there was anything to tell."""
        if target.folder is not None:
            make_importable(target.folder)
        before = self._count()
        found = False
        for module in self._modules(target.module, with_inner=target.flow is None):
            if target.flow is not None:
                self._take_named(module, target)
                return True
            for name, value in list(vars(module).items()):
                if isinstance(value, Flow):
                    found = True
                    self._add(FoundFlow(f"{module.__name__}:{name}", value, module.__name__))
        return found or self._count() > before

    def _modules(self, name: str, *, with_inner: bool) -> Iterator[ModuleType]:
        """Import a module and those inside it; a failure is noted and leaves out one module."""
        try:
            module = import_target(name)
        except CheckError as error:
            self.failures.append(error.diagnostic)
            return
        except BrokenFlowError as error:
            self.broken.setdefault(error.diagnostics, []).append(name)
            return
        yield module
        if with_inner:
            for inner in submodules(module):
                yield from self._modules(inner, with_inner=True)

    def _take_named(self, module: ModuleType, target: Target) -> None:
        path = target.flow or ""
        value: object = module
        for part in path.split("."):
            if not hasattr(value, part):
                self.failures.append(_no_such_flow(module, path))
                return
            value = getattr(value, part)
        if target.is_called:
            path = f"{path}()"
            called = self._called(value, module, path)
            if called is None:
                return
            (value,) = called
        if not isinstance(value, Flow):
            self.failures.append(_is_no_flow(module, path, value))
            return
        self._add(FoundFlow(f"{module.__name__}:{path}", value, module.__name__))

    def _called(self, function: object, module: ModuleType, path: str) -> tuple[object] | None:
        """Call a function and return what it returns; None if that is reported already."""
        if not callable(function):
            self.failures.append(_is_no_flow(module, path.removesuffix("()"), function))
            return None
        try:
            with contextlib.redirect_stdout(sys.stderr):
                return (function(),)
        except WiringError as error:
            self.broken.setdefault(broken_flow(error).diagnostics, [])
        except Exception as error:  # noqa: BLE001 - whatever the user's function raises
            self.failures.append(
                Diagnostic(
                    NO_FLOW,
                    f"`{module.__name__}:{path}` returns no flow: it raised {type(error).__name__}",
                    help="name a function that takes no arguments and returns a flow",
                )
            )
        return None

    def _add(self, found: FoundFlow) -> None:
        if id(found.wired) not in self._seen:
            self._seen.add(id(found.wired))
            self.flows.append(found)


def _no_such_flow(module: ModuleType, path: str) -> Diagnostic:
    known = [name for name, value in vars(module).items() if isinstance(value, Flow)]
    near = did_you_mean(path, known)
    has = f"its flows are {', '.join(f'`{name}`' for name in known)}" if known else "it has no flow"
    return Diagnostic(
        NO_FLOW,
        f"`{module.__name__}` has no `{path}`",
        notes=(has,),
        help=near or (f"write {module.__name__}:{known[0]}" if known else None),
    )


def _is_no_flow(module: ModuleType, path: str, value: object) -> Diagnostic:
    calls = callable(value) and not path.endswith("()")
    return Diagnostic(
        NO_FLOW,
        f"`{module.__name__}:{path}` is not a flow; its type is `{type(value).__name__}`",
        help=f"if it returns a flow, write {module.__name__}:{path}()" if calls else None,
    )
