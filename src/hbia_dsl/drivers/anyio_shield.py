"""A shield from the cancellation of anyio, for hosts that use it."""

import sys
from contextlib import AbstractContextManager, nullcontext


def shield_from_anyio() -> AbstractContextManager[object]:
    """Keep a host's anyio scope from cancelling us at every turn of the loop."""
    anyio = sys.modules.get("anyio")
    if anyio is None:
        return nullcontext()
    shield: AbstractContextManager[object] = anyio.CancelScope(shield=True)
    return shield
