"""Names that annotations may use although no module has them: those local to a function."""

from collections.abc import Callable, Mapping

LocalNames = Callable[[], Mapping[str, object]]
"""Gives the names; called only if an annotation names something that is not found."""
