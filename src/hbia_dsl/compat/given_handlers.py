"""What `run_flow` takes as handlers."""

from collections.abc import Callable, Iterable, Mapping

import attrs

from hbia_dsl.documents.handler_resolver import HandlerResolver

Handler = Callable[..., object]
"""Takes keyword arguments and returns a dict of its outputs."""

Handlers = Mapping[str, Handler] | Callable[[str], Handler] | HandlerResolver | None
"""By name of the vertex, or a function from that name to the handler; or what follows the
paths that vertices have as handlers."""


def _once(allowed: str | Iterable[str]) -> str | Iterable[str]:
    """Return names that can be read more than once; what is of a wrong kind is left to others."""
    return allowed if isinstance(allowed, str) or not _is_iterable(allowed) else tuple(allowed)


def _is_iterable(value: object) -> bool:
    return isinstance(value, Iterable)


@attrs.frozen(eq=False)
class HandlerSource:
    """Where one run takes its handlers from, as it was given."""

    given: Handlers
    allowed: str | Iterable[str] = attrs.field(default=(), converter=_once)
    """Modules into which paths are followed; empty if there are none."""

    @property
    def resolver(self) -> HandlerResolver | None:
        """What follows paths; None if nothing may be imported."""
        if isinstance(self.given, HandlerResolver):
            return self.given
        return HandlerResolver(self.allowed) if self.allowed else None
