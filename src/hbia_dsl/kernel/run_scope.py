"""What a running vertex can know of its run: the scope, and how a handler asks it.

The scope of the innermost run is in a context variable, so that a handler needs no
extra parameter and stays a plain function: outside of a run, `check_cancelled` and
`on_cancel` do nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import NESTED_TOO_DEEPLY, VERTEX_CANCELLED
from hbia_dsl.errors import NestedRunError, VertexCancelled
from hbia_dsl.kernel.cancel_token import CancelToken

DEPTH_LIMIT: Final = 16
"""How deeply runs may be nested; more is taken for a flow that runs itself."""

Clock = Callable[[], float]
"""Seconds since some fixed moment; never goes back."""


class RunScope:
    """One run, or one vertex with a timeout of its own inside a run."""

    __slots__ = ("clock", "deadline", "depth", "flow", "parent", "token", "unhook")

    def __init__(
        self, flow: str, clock: Clock, parent: "RunScope | None", timeout_s: float | None
    ) -> None:
        self.flow: str = flow
        self.clock: Clock = clock
        self.parent: RunScope | None = parent
        self.token: CancelToken = CancelToken()
        self.depth: int = 1 if parent is None else parent.depth + 1
        own = None if timeout_s is None else clock() + timeout_s
        # Moments on another clock (that of a simulated run around a real one) mean nothing here.
        outer = parent.deadline if parent is not None and parent.clock == clock else None
        if own is None or (outer is not None and outer < own):
            own = outer
        self.deadline: float | None = own
        """On the run's clock; the earliest of its own and those around it."""
        self.unhook: Callable[[], None] | None = None
        if parent is not None:
            # A stop of the outer run reaches the inner one at once, without polling.
            self.unhook = parent.token.add_hook(self._parent_stopped)

    def close(self) -> None:
        """Let go of the run around this one."""
        if self.unhook is not None:
            self.unhook()

    def check(self) -> None:
        """Raise if this scope is cancelled or its deadline has passed.

        Raises:
            VertexCancelled: It is.
        """
        reason = self.token.reason
        if reason is None and self.deadline is not None and self.clock() >= self.deadline:
            reason = "its deadline has passed"
        if reason is not None:
            raise self.cancelled(reason)

    def cancelled(self, reason: str) -> VertexCancelled:
        """Return the exception by which a vertex gives way."""
        return VertexCancelled(
            Diagnostic(VERTEX_CANCELLED, f"flow `{self.flow}` is being stopped: {reason}")
        )

    def _parent_stopped(self) -> None:
        reason = None if self.parent is None else self.parent.token.reason
        self.token.cancel(reason or "the run around it is being stopped")


CURRENT_SCOPE: Final[ContextVar[RunScope | None]] = ContextVar("hbia_dsl_scope", default=None)
"""The scope of the innermost run around the code that looks."""


def check_cancelled() -> None:
    """Raise if the run around this code is being stopped, or its deadline has passed.

    For long handlers that are not `async`: a thread can only be stopped by its own
    consent. Outside of a run it does nothing. Costs well under a microsecond.

    Raises:
        VertexCancelled: The run is being stopped; let it pass.
    """
    scope = CURRENT_SCOPE.get()
    if scope is not None:
        scope.check()


@contextmanager
def on_cancel(hook: Callable[[], object]) -> Iterator[None]:
    """Run `hook` if the run around this code is stopped while the block runs.

    For handlers that block: `with on_cancel(connection.interrupt): ...`. The hook runs
    in another thread, at most once. If the run is being stopped already, the block is not
    entered: what is not yet blocking cannot be unblocked.

    Raises:
        VertexCancelled: The run is being stopped already; or the hook ran and the block
            then raised: that exception is the cause.
    """
    scope = CURRENT_SCOPE.get()
    if scope is None:
        yield
        return
    scope.check()
    remove = scope.token.add_hook(hook)
    try:
        scope.check()  # a stop just before the hook was there ran it too early
        yield
    except VertexCancelled:
        raise
    except Exception as error:
        if scope.token.reason is None:
            raise
        raise scope.cancelled(scope.token.reason) from error
    finally:
        remove()


def refuse_if_too_deep(flow: str, parent: RunScope | None) -> None:
    """Refuse a run inside too many others.

    Raises:
        NestedRunError: There are `DEPTH_LIMIT` runs around it; the error names them.
    """
    if parent is None or parent.depth < DEPTH_LIMIT:
        return
    chain = [flow]
    scope: RunScope | None = parent
    while scope is not None:
        outer = scope.parent
        if outer is None or outer.depth < scope.depth:  # else the scope of a vertex, not of a run
            chain.append(scope.flow)
        scope = outer
    raise NestedRunError(
        Diagnostic(
            NESTED_TOO_DEEPLY,
            f"flow `{flow}` would run inside {len(chain) - 1} other runs",
            notes=(" <- ".join(chain),),
            help="does a vertex of this flow run the flow itself?",
        )
    )
