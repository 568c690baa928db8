"""What a member of a group that compensates has if, on purpose, nothing takes it back."""

from collections.abc import Mapping


def nothing_to_undo(_inputs: Mapping[str, object], _output: object) -> None:
    """Take nothing back: the `compensate` of a vertex of which nothing is to be undone.

    A run never calls it: the vertex stays as it is, and no report says that it was undone.
    """
