"""A run takes longer than its deadline allows."""

import time

from hbia_dsl import Flow, FlowFailed, vertex


@vertex
def fetch(url: str) -> str:
    time.sleep(0.02)
    return url


try:
    Flow.of("pages", fetch).options(timeout_s=0.01).run(url="index.html")
except FlowFailed as failed:
    raise failed.root from None
