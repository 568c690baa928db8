"""What a `Flow` needs of the engine behind it.

The engine loads everything that judges types and runs vertices; this protocol loads
none of it, so importing the package stays light.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from hbia_dsl.flow.run_options import RunOptions
from hbia_dsl.flow.run_record import RunRecord
from hbia_dsl.wiring.wired_flow import WiredFlow


class Engine(Protocol):
    """Plans and runs one wired flow; see `WiredEngine`."""

    wired: WiredFlow

    def run(
        self, options: RunOptions, args: Sequence[object], kwargs: Mapping[str, object]
    ) -> RunRecord:
        """Run on the arguments of a call."""
        ...

    async def run_async(
        self, options: RunOptions, args: Sequence[object], kwargs: Mapping[str, object]
    ) -> RunRecord:
        """Run on the arguments of a call, inside the running event loop."""
        ...

    def run_data(self, options: RunOptions, data: object) -> RunRecord:
        """Run on untyped data."""
        ...

    async def run_data_async(self, options: RunOptions, data: object) -> RunRecord:
        """Run on untyped data, inside the running event loop."""
        ...
