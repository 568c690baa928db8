"""What `run_flow` takes as handlers."""

from collections.abc import Callable, Mapping

Handler = Callable[..., object]
"""Takes keyword arguments and returns a dict of its outputs."""

Handlers = Mapping[str, Handler] | Callable[[str], Handler] | None
"""By name of the vertex, or a function from that name to the handler."""
