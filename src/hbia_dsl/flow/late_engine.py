"""The engine of a flow until its first run: holds the wiring, loads the rest when it is needed.

Flows are built to be checked, drawn, locked and listed as well as to be run. What plans
and drives them takes as long to load as what wires them.
"""

from collections.abc import Mapping, Sequence

from hbia_dsl.flow.engine import Engine
from hbia_dsl.flow.run_options import RunOptions
from hbia_dsl.flow.run_record import RunRecord
from hbia_dsl.wiring.wired_flow import WiredFlow


class LateEngine:
    """Hands each run to a `WiredEngine`, which it makes for the first one."""

    __slots__ = ("_engine", "wired")

    def __init__(self, wired: WiredFlow) -> None:
        self.wired: WiredFlow = wired
        self._engine: Engine | None = None

    def run(
        self, options: RunOptions, args: Sequence[object], kwargs: Mapping[str, object]
    ) -> RunRecord:
        """Run on the arguments of a call."""
        return (self._engine or self._load()).run(options, args, kwargs)

    async def run_async(
        self, options: RunOptions, args: Sequence[object], kwargs: Mapping[str, object]
    ) -> RunRecord:
        """Run on the arguments of a call, inside the running event loop."""
        return await (self._engine or self._load()).run_async(options, args, kwargs)

    def run_data(self, options: RunOptions, data: object) -> RunRecord:
        """Run on untyped data."""
        return (self._engine or self._load()).run_data(options, data)

    async def run_data_async(self, options: RunOptions, data: object) -> RunRecord:
        """Run on untyped data, inside the running event loop."""
        return await (self._engine or self._load()).run_data_async(options, data)

    def _load(self) -> Engine:
        from hbia_dsl.flow.wired_engine import WiredEngine  # loaded where it is used

        # Of two threads that come here at once each gets an engine that works; one is kept.
        engine = self._engine = WiredEngine(self.wired)
        return engine
