"""A vertex returns something else than its annotation says."""

from hbia_dsl import Flow, FlowFailed, vertex


@vertex
def count(text: str) -> int:
    return f"{len(text)} letters"  # type: ignore[return-value]  # the mistake that is shown


try:
    Flow.of("words", count).run(text="hello")
except FlowFailed as failed:
    raise failed.root from None
