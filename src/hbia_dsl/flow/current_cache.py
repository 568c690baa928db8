"""Where a running vertex finds the cache of its run."""

from contextvars import ContextVar
from typing import Final

CURRENT_CACHE: Final[ContextVar[object]] = ContextVar("hbia_dsl_cache", default=None)
"""The `RunCache` of the innermost run around the code that looks; None if it has none. The
class is loaded with the first cache, not with the package."""
