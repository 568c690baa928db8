"""What a run needs of an event loop; asyncio and trio each give it in their own way."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Protocol

from hbia_dsl.drivers.stepping import Suspended
from hbia_dsl.kernel.plan import PlannedVertex
from hbia_dsl.kernel.run_scope import Clock

Coro = Coroutine[object, object, object]


class Later(Protocol):
    """Something that will happen unless it is called off."""

    def cancel(self) -> object:
        """Call it off."""


class LoopPort(Protocol):
    """What an event loop must be able to do for a run; one object for each run."""

    name: str

    @property
    def is_foreign(self) -> Callable[[Suspended], bool] | None:
        """What tells whether a coroutine waits for something of another loop.

        None if this loop finds out by itself and tells the coroutine.
        """

    def spawn(
        self,
        carry: Callable[[], Coroutine[object, object, None]],
        gone: Callable[[BaseException | None], None],
    ) -> None:
        """Start a carrier as a task; call `gone` when it is over, with what it raised."""

    def call_soon_threadsafe(self, call: Callable[[], None]) -> None:
        """Have something called on the loop's thread; may be called from any thread.

        Raises:
            RuntimeError: The loop is closed.
        """

    def call_later(self, delay_s: float, call: Callable[[], None]) -> Later:
        """Have something called on the loop's thread after a while."""

    def suspended(self, v: int) -> None:
        """Learn that the current carrier now waits inside a vertex."""

    def resumed(self) -> None:
        """Learn that the current carrier's vertex has ended."""

    def waiting_inside(self) -> Sequence[int]:
        """Return the vertices inside which carriers wait."""

    def cancel_suspended(self, *, again: bool) -> bool:
        """Cancel the carriers that wait inside a vertex.

        Args:
            again: Whether also those that are cancelled already: their clean-up is cut short.

        Returns:
            Whether some were spared that may yet recover from a cancellation that was not
            of the run, such as that of a timeout inside the handler.
        """

    def spent_check(self) -> Callable[[], int] | None:
        """Return what tells that the current carrier was cancelled and takes no more vertices.

        None if that cannot happen.
        """

    def timed(self, vertex: PlannedVertex, coroutine: Coro, clock: Clock) -> Coro:
        """Put a coroutine under the timeout of its vertex."""

    def split_cancellation(self, error: BaseException) -> tuple[bool, BaseException | None]:
        """Tell a cancellation from a failure: is there one in it, and what else is."""

    async def pause(self) -> None:
        """Let other tasks of the loop run."""

    def finished(self) -> None:
        """Learn that nothing of the run is left running."""
