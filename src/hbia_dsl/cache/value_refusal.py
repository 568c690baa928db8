"""Why a value has no digest, is not cached, or could not be read back.

None of the three leaves the cache: the first two become the reason why a vertex is run
every time, the last one a miss. Texts name classes and fields, never values.
"""

from hbia_dsl.structuring.data_problem import field_step, key_step

_LONGEST_PATH = 120


class Undigestable(ValueError):  # noqa: N818 - it is a finding about a value, not a failure
    """A value without a canonical digest: nobody could tell whether it has changed."""

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(reason, path)
        self.reason = reason
        """One short sentence without a full stop."""
        self.path = path
        """The way to the part in question, such as `.lines[3].price`; empty for all of it."""

    def under(self, step: str) -> "Undigestable":
        """Return the same finding seen from the value that holds this one.

        Args:
            step: The step of the path to this value: `.price`, `[3]`.
        """
        path = f"{step}{self.path}"
        if len(path) > _LONGEST_PATH:
            path = f"{path[:_LONGEST_PATH]}..."
        return Undigestable(self.reason, path)

    def under_key(self, key: object) -> "Undigestable":
        """Return the same finding seen from the mapping or sequence that holds this value."""
        return self.under(key_step(key))

    def under_field(self, name: str) -> "Undigestable":
        """Return the same finding seen from the object that has this value as a field."""
        return self.under(field_step(name))

    def __str__(self) -> str:
        return f"{self.path.removeprefix('.')}: {self.reason}" if self.path else self.reason


class Uncacheable(ValueError):  # noqa: N818 - it is a finding about a value, not a failure
    """A value that bytes cannot give back exactly, in value and type."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """One short sentence without a full stop."""


class CorruptValue(ValueError):  # noqa: N818 - it is met as a miss, not as a failure
    """Bytes that are not what was written for this declared type."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """One short sentence without a full stop."""
