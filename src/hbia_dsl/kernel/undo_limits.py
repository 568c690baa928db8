"""How long and how often a compensation is tried, if nothing else is said."""

from typing import Final

UNDO_TIMEOUT_S: Final = 60.0
"""How long a compensation may take with all its attempts, in seconds."""

UNDO_ATTEMPTS: Final = 3
"""How often a compensation is tried."""
