"""A vertex that needs trio is run on asyncio."""

import trio

from hbia_dsl import Flow, vertex


@vertex(backend="trio")
async def fetch(url: str) -> str:
    await trio.lowlevel.checkpoint()
    return url


Flow.of("pages", fetch).run(url="index.html")
