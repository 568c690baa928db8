"""Every public exception.

    HbiaError
    |-- DeclarationError (TypeError)            a decorator, a signature or `out` was misused
    |-- WiringError (ExceptionGroup, TypeError) vertices do not make a flow; all reasons at once
    |   |-- GraphCycleError (ValueError)        vertices wait for each other
    |   `-- AtomicBoundaryError (ValueError)    an outsider lies between members of a group
    |-- WiringProblem (TypeError)               one reason inside a WiringError
    |-- GraphError (ValueError)                 a hand-made graph is wrong
    |   |-- VertexAlreadyExistsError
    |   |-- VertexNotFoundError (LookupError)
    |   `-- EdgeInvalidError
    |-- RunInputError (TypeError)               inputs of a run: missing, unknown or unusable
    |-- RunOptionError (ValueError)             a run option has a value that it cannot have
    |-- RunUsageError (RuntimeError)            a run was started in the wrong place or way
    |   `-- NestedRunError (RecursionError)     runs inside runs, too deep
    |-- ResultError (KeyError)                  a value that the run does not have
    |-- HandlerNotFoundError (LookupError)      a vertex has no handler
    |-- HandlerResolutionError (ValueError)     a handler cannot be used as it is
    |-- FlowNotFoundError (LookupError)         a graph has no flow of that name
    |-- DataResolutionError (LookupError)       an input of a handler has no source
    |-- ContractError (TypeError)               a value is not of its declared type
    |   |-- ContractInputError
    |   `-- ContractOutputError
    |-- FlowFailed (ExceptionGroup)             a run failed; the user's exceptions are inside
    |-- VertexTimeout (TimeoutError)            a vertex reached its timeout
    |-- RunTimeout (TimeoutError)               a run reached its deadline
    |-- VertexCancelled                         a vertex noticed that its run is being cancelled
    |-- ForeignLoopError (RuntimeError)         a handler waits for another event loop
    |-- AtomicError (RuntimeError)              the transaction of an atomic group
    |   |-- AtomicSetupError (ValueError)       a database cannot serve a group as it is
    |   |-- AtomicStatementError                a member tried to end its group's transaction
    |   |-- AtomicCommitError                   the group cannot commit; nothing was committed
    |   |-- AtomicCommitUnknownError            nobody knows whether the group was committed
    |   |-- AtomicBrokenError                   the transaction ended behind the group's back
    |   `-- CompensationError                   something that succeeded could not be undone
    |-- VerificationError (AssertionError)      atomic groups do not keep their word; all reasons
    |-- DocumentError (ValueError)              a flow document is wrong; all reasons at once
    |-- CacheError (ValueError)                 a vertex has no key, or a bad argument of a cache
    |-- CheckError (RuntimeError)               flows could not be given to a type checker
    `-- SettingsError (ValueError)              a setting has a value that it cannot have

Each also derives from the builtin that a Python programmer would catch. Errors hold
leaf values only (names, places, rendered types), never a vertex or a graph, and
survive pickling.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, Self, TypedDict

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.text_report import render, render_all

_NO_FAILURES: Final[Mapping[str, Exception]] = MappingProxyType({})


class HbiaError(Exception):
    """The root of all errors of this package; most carry one diagnostic."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic)
        self.diagnostic = diagnostic
        """The problem as a value: code, message, place, notes, help."""

    def __str__(self) -> str:
        return render(self.diagnostic)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.diagnostic.code.number}: {self.diagnostic.headline})"


class DeclarationError(HbiaError, TypeError):
    """A decorator, a signature or `out` was misused."""


class WiringProblem(HbiaError, TypeError):  # noqa: N818 - a part of an error
    """One reason why vertices do not make a flow; found inside a `WiringError`."""

    def __str__(self) -> str:
        # The group that holds this problem prints the whole report; here one line is enough.
        return f"error[{self.diagnostic.code.number}]: {self.diagnostic.headline}"


class WiringError(HbiaError, ExceptionGroup[Exception], TypeError):
    """Vertices do not make a flow; `.diagnostics` holds every independent reason.

    It is an exception group of `WiringProblem`s and prints as one report.
    """

    flow_name: str = ""
    """The flow that cannot be made; empty if the problems are not those of one flow."""

    def __new__(cls, message: str, diagnostics: Sequence[Diagnostic]) -> Self:
        """Make the group; one `WiringProblem` stands for each diagnostic."""
        return super().__new__(cls, message, [WiringProblem(d) for d in diagnostics])

    def __init__(self, message: str, diagnostics: Sequence[Diagnostic]) -> None:
        del message
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        """The problems, in the order of the vertices."""
        self.diagnostic: Diagnostic = self.diagnostics[0]

    def __str__(self) -> str:
        return f"{self.message}\n\n{render_all(self.diagnostics)}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.message!r}, {len(self.diagnostics)} problems)"

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.message, self.diagnostics), _notes_of(self)

    def derive(  # type: ignore[override]  # ours is never a group of BaseExceptions
        self, excs: Sequence[Exception], /
    ) -> "WiringError":
        """Keep the type when `except*` splits the group."""
        kept = [e.diagnostic for e in excs if isinstance(e, HbiaError)]
        return WiringError(self.message, kept)


class GraphCycleError(WiringError, ValueError):
    """Vertices wait for each other; `.cycle` names a shortest such circle."""

    def __init__(
        self, message: str, diagnostics: Sequence[Diagnostic], cycle: Sequence[str] = ()
    ) -> None:
        super().__init__(message, diagnostics)
        self.cycle: tuple[str, ...] = tuple(cycle)
        """Names of the vertices on a shortest cycle, in the direction of the data."""

    def __new__(
        cls, message: str, diagnostics: Sequence[Diagnostic], cycle: Sequence[str] = ()
    ) -> Self:
        """Make the group."""
        del cycle
        return super().__new__(cls, message, diagnostics)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.message, self.diagnostics, self.cycle), _notes_of(self)


class AtomicBoundaryError(WiringError, ValueError):
    """An outsider lies on a path between two members of an atomic group."""


class GraphError(HbiaError, ValueError):
    """A hand-made graph is wrong."""


class VertexAlreadyExistsError(GraphError):
    """A graph has a vertex of that name already."""


class VertexNotFoundError(GraphError, LookupError):
    """A graph has no vertex of that name."""


class EdgeInvalidError(GraphError):
    """An edge cannot be: an end is missing, or both ends are one vertex."""


class RunInputError(HbiaError, TypeError):
    """Inputs of a run are missing, unknown or unusable; raised before any handler runs."""


class RunOptionError(HbiaError, ValueError):
    """A run option has a value that it cannot have."""


class RunUsageError(HbiaError, RuntimeError):
    """A run was started in the wrong place or in the wrong way."""


class NestedRunError(RunUsageError, RecursionError):
    """Runs are nested inside each other's vertices too deeply."""


class ResultError(HbiaError, KeyError):
    """A value was asked for that the run does not have.

    It is a `KeyError`, because a mapping without a key raises that: `get` and `ChainMap`
    rely on it.
    """


class HandlerNotFoundError(HbiaError, LookupError):
    """A vertex has no handler."""


class HandlerResolutionError(HbiaError, ValueError):
    """A handler cannot be used as it is."""


class FlowNotFoundError(HbiaError, LookupError):
    """A graph has no flow of that name."""


class DataResolutionError(HbiaError, LookupError):
    """An input of a handler has no source."""


class ContractError(HbiaError, TypeError):
    """A value is not of its declared type."""


class ContractInputError(ContractError):
    """An input of the flow is not of its declared type."""


class ContractOutputError(ContractError):
    """A vertex returned something that is not of its declared type."""


class VertexTimeout(HbiaError, TimeoutError):  # noqa: N818 - named like the builtin it also is
    """A vertex reached its timeout."""


class RunTimeout(HbiaError, TimeoutError):  # noqa: N818 - named like the builtin it also is
    """A run reached its deadline."""


class VertexCancelled(HbiaError):  # noqa: N818 - a state, not a fault
    """A vertex noticed (by `check_cancelled`) that its run is being cancelled."""


class ForeignLoopError(HbiaError, RuntimeError):
    """A handler waits for an event loop that is not the one running."""


class AtomicError(HbiaError, RuntimeError):
    """Something about the transaction of an atomic group."""


class AtomicSetupError(AtomicError, ValueError):
    """A database, or an object that stands for one, cannot serve a group as it is."""


class AtomicStatementError(AtomicError):
    """A member tried to end its group's transaction; refused, and the transaction goes on."""


class AtomicCommitError(AtomicError):
    """A group cannot be committed, because a statement in it failed; nothing was committed."""


class AtomicCommitUnknownError(AtomicError):
    """The connection was lost during COMMIT: the group's work may or may not be there."""


class AtomicBrokenError(AtomicError):
    """The transaction ended behind its group's back; what came before may be committed."""


class CompensationError(AtomicError):
    """What takes back a member of an atomic group did not do so."""


class DocumentError(HbiaError, ValueError):
    """A flow document is wrong, or cannot be read; `.diagnostics` holds every reason.

    It prints as one report, in the order of the places in the document.
    """

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__(diagnostics[0])
        self.args = diagnostics
        self.diagnostics: tuple[Diagnostic, ...] = diagnostics
        """The problems, in the order of their places."""

    @property
    def errors(self) -> list[str]:
        """Each problem as one line: `doc.yaml:3:5: what is wrong`."""
        return [d.one_line for d in self.diagnostics]

    def __str__(self) -> str:
        return render_all(self.diagnostics)

    def __repr__(self) -> str:
        count = len(self.diagnostics)
        return super().__repr__() if count == 1 else f"DocumentError({count} problems)"


class VerificationError(HbiaError, AssertionError):
    """Atomic groups do not keep their word; `.diagnostics` holds every reason."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__(diagnostics[0])
        self.args = diagnostics
        self.diagnostics: tuple[Diagnostic, ...] = diagnostics
        """The problems, group by group."""

    def __str__(self) -> str:
        return render_all(self.diagnostics)


class CacheError(HbiaError, ValueError):
    """A vertex and its inputs have no key in a cache, or it cannot use what it is given."""


class CheckError(HbiaError, RuntimeError):
    """Flows could not be checked: no type checker, no flow, or a checker that says nothing."""


class SettingsError(HbiaError, ValueError):
    """A setting has a value that it cannot have."""


class FlowFailed(HbiaError, ExceptionGroup[Exception]):  # noqa: N818 - the house's fixed name
    """A run failed: always a group, also for one failure.

    The user's own exceptions are its leaves; each has a note that names vertex and
    run. Catch it by name, or catch the leaves with `except*`.
    """

    def __new__(
        cls,
        message: str,
        failures: Mapping[str, Exception],
        skipped: Sequence[str] = (),
        *,
        flow: str = "",
        run_id: str = "",
        compensation_failures: Mapping[str, Exception] = _NO_FAILURES,
    ) -> Self:
        """Make the group from the failures in canonical order."""
        del skipped, flow, run_id, compensation_failures
        return super().__new__(cls, message, list(failures.values()))

    def __init__(
        self,
        message: str,
        failures: Mapping[str, Exception],
        skipped: Sequence[str] = (),
        *,
        flow: str = "",
        run_id: str = "",
        compensation_failures: Mapping[str, Exception] = _NO_FAILURES,
    ) -> None:
        del message
        self.failures: Mapping[str, Exception] = dict(failures)
        """Exception by the name of the vertex that raised it, in canonical order."""
        self.skipped: tuple[str, ...] = tuple(skipped)
        """Names of the vertices that never ran, in canonical order."""
        self.flow = flow
        """Name of the flow."""
        self.run_id = run_id
        """Identity of the run, as in the notes."""
        self.compensation_failures: Mapping[str, Exception] = dict(compensation_failures)
        """What could not be undone, and why: by the member that was to be compensated, or by
        the group that was to be rolled back. Each is told of in a note, too."""

    @property
    def root(self) -> Exception:
        """The user's exception that the report should start with.

        It is the failure of the vertex that comes first in canonical order, not first
        in time: so it is the same in every run and mode.
        """
        return next(iter(self.failures.values()))

    def __str__(self) -> str:
        return str(self.message)

    def __repr__(self) -> str:
        return f"FlowFailed({self.message!r})"

    def __reduce__(self) -> tuple[object, ...]:
        state = {"failures": self.failures, "skipped": self.skipped, **self._rest()}
        return _rebuild_flow_failed, (self.message, state), _notes_of(self)

    def derive(  # type: ignore[override]  # ours is never a group of BaseExceptions
        self, excs: Sequence[Exception], /
    ) -> "FlowFailed":
        """Keep the fields when `except*` splits the group."""
        kept = {name: exc for name, exc in self.failures.items() if exc in excs}
        loose = [exc for exc in excs if exc not in kept.values()]
        kept.update({f"({index})": exc for index, exc in enumerate(loose)})
        return FlowFailed(self.message, kept, self.skipped, **self._rest())

    def _rest(self) -> "_RestOfFlowFailed":
        return {
            "flow": self.flow,
            "run_id": self.run_id,
            "compensation_failures": self.compensation_failures,
        }


class _RestOfFlowFailed(TypedDict):
    flow: str
    run_id: str
    compensation_failures: Mapping[str, Exception]


def _rebuild_flow_failed(message: str, state: Mapping[str, object]) -> FlowFailed:
    return FlowFailed(message, **state)  # type: ignore[arg-type]  # the keywords that __reduce__ stored


def _notes_of(error: BaseException) -> dict[str, object]:
    """Return what pickling must keep beside the arguments: notes, and which flow it is about."""
    return {n: kept for n, kept in vars(error).items() if n in ("__notes__", "flow_name")}
