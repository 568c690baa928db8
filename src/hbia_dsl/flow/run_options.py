"""The options of a run that are not the flow's inputs."""

from collections.abc import Mapping
from typing import Final, Literal, Never, Protocol, TypedDict

import attrs

from hbia_dsl.conf.not_given import NOT_GIVEN, NotGiven
from hbia_dsl.conf.setting_fields import is_worker_count
from hbia_dsl.declare.option_checking import is_duration
from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import BAD_RUN_OPTION
from hbia_dsl.diagnostics.near_miss import did_you_mean
from hbia_dsl.errors import RunOptionError
from hbia_dsl.flow.attached_transactions import NO_TRANSACTIONS, Attachable, AttachedTransactions
from hbia_dsl.kernel.undo_limits import UNDO_ATTEMPTS, UNDO_TIMEOUT_S

DEFAULT_GRACE_S: Final = 10.0
"""How long a cancelled handler is waited for before it is cancelled again, in seconds."""

DEFAULT_MAX_TASKS: Final = 1_000
"""How many async vertices may wait at once, if nothing else is said."""


class ResultStore(Protocol):
    """What every `hbia_dsl.cache.Store` is; that is loaded with the first cache only."""

    def get(self, key: bytes, /) -> object:
        """Return an entry."""
        ...

    def put(self, key: bytes, entry: Never, explanation: Mapping[str, bytes] = ..., /) -> bool:
        """Keep an entry."""
        ...

    def latest(self, flow: str, vertex: str, /) -> Mapping[str, bytes] | None:
        """Return an explanation."""
        ...


class OptionsGiven(TypedDict, total=False):
    """What `Flow.options` takes; every one may be left out."""

    parallel: bool
    """Run independent vertices at once."""
    max_workers: int
    """How many threads the run uses at the most; at least 1."""
    max_tasks: int
    """How many async vertices may wait at once; at least 1."""
    schedule: Literal["stages", "eager"]
    """In a parallel run: start a vertex when the stages before its own are done, or
    already when its own inputs are ready."""
    async_backend: Literal["asyncio", "trio"]
    """The loop that `run` makes for a flow with async vertices."""
    timeout_s: float | None
    """Longest time that the run may take, in seconds, above 0; None for no limit."""
    on_error: Literal["stop", "continue"]
    """After a failure: stop, or still run what does not depend on it."""
    check: bool
    """Whether values are checked against their declared types."""
    timings: bool
    """Whether it is noted when each vertex ran. Without, a plain serial run of a flow that is
    not async spends half as much on each vertex, and `run.timings` is empty."""
    grace_s: float
    """How long a cancelled handler is waited for before it is cancelled again, in seconds."""
    cache: bool
    """Whether unchanged pure vertices are skipped."""
    cache_store: ResultStore | None
    """Where results are kept, in the place of the directory that the settings name. To give
    one turns the cache on, unless `cache=False` is said."""
    transactions: Mapping[str, Attachable]
    """By atomic group: the transaction that it is, such as `SqliteTransaction("app.db")`."""
    compensation_timeout_s: float
    """How long a compensation may take with all its attempts, in seconds, above 0."""
    compensation_attempts: int
    """How often a compensation is tried; at least 1."""


@attrs.frozen
class RunOptions:
    """Options as they stand; `NOT_GIVEN` is resolved by the settings when a run starts."""

    parallel: bool | NotGiven = NOT_GIVEN
    max_workers: int | NotGiven = NOT_GIVEN
    max_tasks: int = DEFAULT_MAX_TASKS
    schedule: str = "stages"
    async_backend: str = "asyncio"
    timeout_s: float | None = None
    on_error: str = "stop"
    check: bool = True
    timings: bool = True
    grace_s: float = DEFAULT_GRACE_S
    cache: bool | NotGiven = NOT_GIVEN
    cache_store: ResultStore | None = None
    transactions: AttachedTransactions = NO_TRANSACTIONS
    compensation_timeout_s: float = UNDO_TIMEOUT_S
    compensation_attempts: int = UNDO_ATTEMPTS

    def changed(self, given: OptionsGiven) -> "RunOptions":
        """Return a copy with some options replaced.

        Raises:
            RunOptionError: One is unknown, or has a value that it cannot have.
        """
        for name, value in given.items():
            rule = RULES.get(name)
            if rule is None:
                help_ = did_you_mean(name, RULES) or f"options are {', '.join(RULES)}"
                raise bad_option(f"there is no run option `{name}`", help_)
            if not rule.accepts(value):
                raise bad_value(name, rule.wanted, value)
        return attrs.evolve(self, **given)  # type: ignore[arg-type]  # `Flow.options` has read the transactions

    def settings_given(self) -> tuple[str, ...]:
        """Name the settings that these options overrule."""
        values = {
            "PARALLEL_ENABLED": self.parallel,
            "CACHE_ENABLED": self.cache,
            "MAX_WORKERS": self.max_workers,
        }
        return tuple(name for name, value in values.items() if value is not NOT_GIVEN)


def bad_value(name: str, wanted: str, found: object, help_: str | None = None) -> RunOptionError:
    """Describe an option with a value that it cannot have, at the user's call."""
    shown = repr(found) if isinstance(found, str | int | float) else f"a {type(found).__name__}"
    return bad_option(f"`{name}` must be {wanted}, not {shown}", help_ or f"give {wanted}")


def bad_option(message: str, help_: str) -> RunOptionError:
    """Describe a misused option, at the user's call."""
    return RunOptionError(
        Diagnostic(BAD_RUN_OPTION, message, location=caller_location(), help=help_)
    )


@attrs.frozen
class _Rule:
    wanted: str
    kind: Literal["flag", "count", "seconds", "choice", "limit", "attached", "store"]
    choices: tuple[str, ...] = ()

    def accepts(self, value: object) -> bool:
        """Return whether the option can have this value."""
        if self.kind == "flag":
            return isinstance(value, bool)
        if self.kind == "count":
            return is_worker_count(value)
        if self.kind == "store":
            return value is None or (
                not isinstance(value, type)  # the class in the place of an object of it
                and all(callable(getattr(value, n, None)) for n in _STORE_METHODS)
            )
        if self.kind == "attached":
            return isinstance(value, AttachedTransactions)
        if self.kind == "choice":
            return value in self.choices
        return is_duration(value) or (value is None and self.kind == "limit")


_STORE_METHODS: Final = ("get", "put", "latest")


def _choice(*choices: str) -> _Rule:
    return _Rule(" or ".join(f'"{choice}"' for choice in choices), "choice", choices)


_FLAG: Final = _Rule("True or False", "flag")
_COUNT: Final = _Rule("a whole number of at least 1", "count")

RULES: Final = {
    "parallel": _FLAG,
    "max_workers": _COUNT,
    "max_tasks": _COUNT,
    "schedule": _choice("stages", "eager"),
    "async_backend": _choice("asyncio", "trio"),
    "timeout_s": _Rule("a number of seconds above 0, or None", "limit"),
    "on_error": _choice("stop", "continue"),
    "check": _FLAG,
    "timings": _FLAG,
    "grace_s": _Rule("a number of seconds above 0", "seconds"),
    "cache": _FLAG,
    "cache_store": _Rule("a store such as MemoryStore(), or None", "store"),
    "transactions": _Rule("a mapping from groups to transactions", "attached"),
    "compensation_timeout_s": _Rule("a number of seconds above 0", "seconds"),
    "compensation_attempts": _COUNT,
}
"""What each option may be."""
