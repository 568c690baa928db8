"""Ask several services at once and join their answers, under asyncio and under trio.

The example starts a small HTTP server of its own, so it needs no network. Three async
vertices ask it for stock, price and reviews of a product; each answer takes a moment.
One at a time they add up; in parallel the slowest decides.

    python examples/fan_out_http.py
"""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NewType

import attrs
import trio

from hbia_dsl import Flow, vertex

Port = NewType("Port", int)
ANSWER_S = 0.2
"""How long the server takes for each answer, in seconds."""

ANSWERS: dict[str, object] = {"/stock": 7, "/price": 19.9, "/reviews": ["solid", "too loud"]}


@attrs.frozen
class Ask:
    """What the flow takes from outside."""

    port: Port
    product: str


@attrs.frozen
class Stock:
    """How many there are."""

    pieces: int


@attrs.frozen
class Price:
    """What one costs."""

    euros: float


@attrs.frozen
class Reviews:
    """What people say."""

    texts: list[str]


@attrs.frozen
class Offer:
    """Everything about a product."""

    text: str


def request(path: str) -> bytes:
    """Write a request for one path."""
    return f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode()


def body(answer: bytes) -> object:
    """Return the JSON value in an answer."""
    return json.loads(answer.partition(b"\r\n\r\n")[2])


async def fetch_on_asyncio(port: Port, path: str) -> object:
    """Ask the server, on asyncio."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request(path))
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return body(answer)


async def fetch_on_trio(port: Port, path: str) -> object:
    """Ask the server, on trio."""
    async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
        await stream.send_all(request(path))
        chunks = [chunk async for chunk in stream]
    return body(b"".join(chunks))


async def fetch(port: Port, path: str) -> object:
    """Ask the server, on whichever loop runs."""
    on_trio = trio.lowlevel.in_trio_run()
    return await (fetch_on_trio(port, path) if on_trio else fetch_on_asyncio(port, path))


@vertex
async def ask_stock(port: Port) -> Stock:
    """Ask how many there are."""
    pieces = await fetch(port, "/stock")
    return Stock(int(str(pieces)))


@vertex
async def ask_price(port: Port) -> Price:
    """Ask what one costs."""
    euros = await fetch(port, "/price")
    return Price(float(str(euros)))


@vertex
async def ask_reviews(port: Port) -> Reviews:
    """Ask what people say."""
    texts = await fetch(port, "/reviews")
    return Reviews([str(text) for text in texts] if isinstance(texts, list) else [])


@vertex(effect="pure")
def offer(product: str, stock: Stock, price: Price, reviews: Reviews) -> Offer:
    """Join the three answers."""
    said = ", ".join(reviews.texts)
    return Offer(f"{product}: {stock.pieces} left, {price.euros:.2f} EUR each; people say: {said}")


product_page = Flow.of(
    "product_page", ask_stock, ask_price, ask_reviews, offer, inputs=Ask, result=offer
)


class SlowAnswers(BaseHTTPRequestHandler):
    """Answers every known path after a moment."""

    def do_GET(self) -> None:
        """Answer one request."""
        time.sleep(ANSWER_S)
        answer = json.dumps(ANSWERS[self.path]).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Keep quiet."""


@contextmanager
def server() -> Iterator[Port]:
    """Run the server on a free port for the time of a block."""
    serving = ThreadingHTTPServer(("127.0.0.1", 0), SlowAnswers)
    thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Port(serving.server_port)
    finally:
        serving.shutdown()
        thread.join()
        serving.server_close()


async def ask(port: Port, *, parallel: bool) -> str:
    """Run the flow inside the loop that runs, and say how long it took."""
    began = time.perf_counter()
    run = await product_page.run_async(parallel=parallel, port=port, product="lamp")
    took = time.perf_counter() - began
    how = "at once" if parallel else "one by one"
    loop = "trio" if trio.lowlevel.in_trio_run() else "asyncio"
    return f"{loop:<8} {how:<11} {took:.2f} s   {run.value.text}"


def main() -> None:
    """Ask one by one and all at once, on both loops."""
    with server() as port:
        for parallel in (False, True):

            async def on_loop(*, parallel: bool = parallel) -> str:
                return await ask(port, parallel=parallel)

            print(asyncio.run(on_loop()))
            print(trio.run(on_loop))
        # Without a loop of one's own: `run` makes one.
        flow = product_page.options(async_backend="trio")
        print("own loop:", flow.run(parallel=True, port=port, product="lamp").value.text)


if __name__ == "__main__":
    main()
