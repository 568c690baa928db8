"""A member of a transaction runs a flow that changes something."""

from hbia_dsl import Flow, FlowFailed, atomic, vertex


@vertex(effect="side_effect")
def send(letter: str) -> int:
    return len(letter)


letters = Flow.of("letters", send, result=send)


@atomic(group="payment")
@vertex(effect="side_effect")
def charge(owner: str) -> int:
    return letters.run(letter=owner).value


class Ledger:
    def commit(self) -> None: ...
    def rollback(self) -> None: ...


try:
    Flow.of("orders", charge).options(transactions={"payment": Ledger()}).run(owner="ann")
except FlowFailed as failed:
    raise failed.root from None
