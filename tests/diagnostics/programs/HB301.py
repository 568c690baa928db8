"""A vertex takes longer than its own timeout allows."""

import time

from hbia_dsl import Flow, FlowFailed, vertex


@vertex(timeout_s=0.01)
def fetch(url: str) -> str:
    time.sleep(0.02)
    return url


try:
    Flow.of("pages", fetch).run(url="index.html")
except FlowFailed as failed:
    raise failed.root from None
