"""What a store keeps under a key: an encoded value, and where it came from."""

import attrs


@attrs.frozen
class Entry:
    """An encoded value with what one needs to know to decode it and to list it."""

    payload: bytes
    """The value as its codec wrote it."""
    codec: str
    """Names the codec and its version: whoever decodes compares it first."""
    vertex: str = ""
    """Name of the vertex that computed the value."""
    flow: str = ""
    """Name of the flow in which it did."""
    created_s: float = 0.0
    """When it was put, in seconds since the epoch; the store sets it."""
    used_s: float = 0.0
    """When it was last used, give or take minutes, in the same way."""
