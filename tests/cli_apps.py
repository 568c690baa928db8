"""Modules and documents on which the commands are tried out."""

from typing import Final

ORDERS: Final = '''
    """Flows about orders."""
    import datetime
    import attrs
    from hbia_dsl import Flow, vertex

    @attrs.frozen
    class Order:
        customer: str
        count: int
        is_gift: bool = False
        tags: list[str] = attrs.field(factory=list)
        due: datetime.date | None = None

    @vertex(effect="pure")
    def price(count: int, is_gift: bool) -> float:
        """Add up."""
        return count * 2.5 + (1.0 if is_gift else 0.0)

    @vertex(outputs="bill")
    def write_bill(customer: str, price: float, tags: list[str]) -> dict[str, object]:
        print("the user's own line")
        return {"to": customer, "amount": price, "tags": tags}

    @vertex(outputs="sent")
    def send(bill: dict[str, object], due: datetime.date | None) -> str:
        return f"sent to {bill['to']}, due {due}"

    order = Flow.of("order", price, write_bill, send, inputs=Order, result=send)

    class OutOfStock(Exception):
        """Raised on purpose."""

    @vertex
    def take_from_stock(count: int) -> int:
        raise OutOfStock(f"only 1 of {count} left")

    @vertex(inputs={"taken": take_from_stock})
    def ship(taken: int) -> str:
        return f"shipped {taken}"

    @vertex
    def thank(customer: str) -> str:
        return f"thank you, {customer}"

    failing = Flow.of("failing", take_from_stock, ship, thank)
'''

HANDLERS: Final = '''
    """Handlers of the document."""
    from collections.abc import Mapping
    from os import getcwd

    def price(count: int, rate: float) -> dict[str, object]:
        return {"amount": count * rate}

    async def announce(amount: float) -> dict[str, object]:
        return {"text": f"that makes {amount}"}

    def write_bill(customer: str, amount: float) -> dict[str, object]:
        return {"bill": {"to": customer, "amount": amount}}

    def close_books() -> dict[str, object]:
        return {"done": True}
'''

DOCUMENT: Final = """
    flow:
      order:
        price:
          handler: app_handlers.price
          effect: pure
          version: "1"
          inputs: {count: int, rate: {value: 2.5}}
          outputs: {amount: float}
          next: [write_bill]
        write_bill:
          handler: app_handlers.write_bill
          effect: side_effect
          version: "1"
          inputs: {customer: str, amount: price.amount}
          outputs: {bill: dict}
      evening:
        close_books:
          handler: app_handlers.close_books
          effect: side_effect
          version: "1"
          outputs: {done: bool}
"""

ASYNC_DOCUMENT: Final = """
    flow:
      news:
        price:
          handler: app_handlers.price
          effect: pure
          version: "1"
          inputs: {count: int, rate: {value: 2.5}}
          outputs: {amount: float}
          next: [announce]
        announce:
          handler: app_handlers.announce
          effect: side_effect
          version: "1"
          inputs: {amount: price.amount}
          outputs: {text: str}
"""

GATHERED: Final = """
    flow:
      gathered:
        one: {handler: app_parts.one, inputs: {start: input.first}, outputs: {n: int}}
        total:
          handler: app_parts.total
          inputs: {parts: [one.n, input.last, input.first]}
          outputs: {sum: list}
"""

PARTS: Final = '''
    """Handlers of documents that say little about inputs."""

    def one(start: int) -> dict[str, object]:
        return {"n": start + 1}

    def total(parts: list[int]) -> dict[str, object]:
        return {"sum": parts}

    def say(code: str, times: int = 1, *more: str) -> dict[str, object]:
        return {"said": code * times}
'''
