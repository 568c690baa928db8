"""A handler waits for a task that somebody else has cancelled."""

import asyncio

from hbia_dsl import Flow, FlowFailed, vertex


@vertex
async def fetch(url: str) -> str:
    task = asyncio.ensure_future(asyncio.sleep(1, url))
    task.cancel()
    return await task


try:
    Flow.of("pages", fetch).run(url="index.html")
except FlowFailed as failed:
    raise failed.root from None
