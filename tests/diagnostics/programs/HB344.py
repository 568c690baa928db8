"""A compensation takes back more when it runs a second time."""

from collections.abc import Mapping

from hbia_dsl import Flow, atomic, vertex
from hbia_dsl.testing import verify_groups

stock = {"lamp": 5}


def give_back(inputs: Mapping[str, object], output: object) -> None:
    stock["lamp"] += 1


@atomic(group="order", on_failure="compensate", compensate=give_back)
@vertex(effect="side_effect")
def reserve(item: str) -> str:
    stock[item] -= 1
    return item


@atomic(group="order", on_failure="compensate", pivot=True)
@vertex(inputs={"reserved": reserve}, effect="side_effect")
def pay(reserved: str) -> int:
    return len(reserved)


shop = Flow.of("shop", reserve, pay)
verify_groups(shop, lambda: dict(stock), inputs={"item": "lamp"}).require_ok()
