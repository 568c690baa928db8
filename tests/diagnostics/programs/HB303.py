"""A run that waits is started in the middle of an event loop."""

import asyncio

from hbia_dsl import Flow, vertex


@vertex
def double(number: int) -> int:
    return number * 2


flow = Flow.of("numbers", double)


async def main() -> None:
    flow.run(number=1)


asyncio.run(main())
