"""What `hbia run` was asked beside the flow and its inputs."""

from typing import Literal

import attrs

from hbia_dsl.flow.run_options import OptionsGiven


@attrs.frozen
class RunRequest:
    """The options of a run; what is None was not given."""

    handlers: tuple[str, ...] = ()
    """Modules that handlers of a document may come from."""
    flow: str | None = None
    """The flow of a document that is wanted."""
    is_async: bool | None = None
    """Whether handlers that are `async def` are awaited (documents)."""
    parallel: bool | None = None
    max_workers: int | None = None
    cache: bool | None = None
    schedule: Literal["stages", "eager"] | None = None
    timeout_s: float | None = None
    on_error: Literal["stop", "continue"] | None = None
    backend: Literal["asyncio", "trio"] | None = None

    def options(self) -> OptionsGiven:
        """Return the run options that were given."""
        given: OptionsGiven = {}
        if self.parallel is not None:
            given["parallel"] = self.parallel
        if self.max_workers is not None:
            given["max_workers"] = self.max_workers
        if self.cache is not None:
            given["cache"] = self.cache
        if self.schedule is not None:
            given["schedule"] = self.schedule
        if self.timeout_s is not None:
            given["timeout_s"] = self.timeout_s
        if self.on_error is not None:
            given["on_error"] = self.on_error
        if self.backend is not None:
            given["async_backend"] = self.backend
        return given
