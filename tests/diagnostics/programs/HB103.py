"""An annotation names a class that exists for the type checker alone."""

from typing import TYPE_CHECKING

from hbia_dsl import Flow, vertex

if TYPE_CHECKING:
    from decimal import Decimal


@vertex
def round_up(price: "Decimal") -> int:
    return int(price) + 1


Flow.of("shop", round_up)
