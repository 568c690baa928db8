"""A TCP proxy in front of PostgreSQL that cuts the connection at a chosen moment."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final, Literal
from urllib.parse import parse_qs, urlsplit

CutAt = Literal["request", "reply"]

_CHUNK: Final = 65536


class CuttingProxy:
    """Passes bytes on until a client sends a statement that holds `marker`.

    Then it cuts: before the server gets to see it ("request"), or after the server has
    answered, so that the client misses the answer ("reply").
    """

    def __init__(self, socket_path: str) -> None:
        self._socket_path = socket_path
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.marker: re.Pattern[bytes] | None = None
        self.cut_at: CutAt = "reply"
        self.cuts = 0
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []

    def start(self) -> None:
        self._spawn(self._accept)

    def stop(self) -> None:
        for each in [self._listener, *self._sockets]:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in list(self._threads):
            thread.join(timeout=10)

    def _spawn(self, target: object, *given: object) -> None:
        assert callable(target)
        thread = threading.Thread(target=target, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._socket_path)
            self._sockets += [client, server]
            missing = threading.Event()
            self._spawn(self._pass_requests, client, server, missing)
            self._spawn(self._pass_replies, client, server, missing)

    def _pass_requests(
        self, client: socket.socket, server: socket.socket, missing: threading.Event
    ) -> None:
        with suppress(OSError):
            while data := client.recv(_CHUNK):
                if self.marker is not None and self.marker.search(data):
                    self.cuts += 1
                    if self.cut_at == "request":
                        break
                    missing.set()
                server.sendall(data)
        _cut(client, server)

    def _pass_replies(
        self, client: socket.socket, server: socket.socket, missing: threading.Event
    ) -> None:
        with suppress(OSError):
            while data := server.recv(_CHUNK):
                if missing.is_set():
                    break
                client.sendall(data)
        _cut(client, server)


def _cut(client: socket.socket, server: socket.socket) -> None:
    for each in (client, server):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


@contextmanager
def cutting_proxy(uri: str) -> Iterator[tuple[CuttingProxy, str]]:
    """Run a proxy for the server of a URI; yields it and the URI through it."""
    parts = urlsplit(uri)
    folder = parse_qs(parts.query)["host"][0]
    proxy = CuttingProxy(f"{folder}/.s.PGSQL.5432")
    proxy.start()
    try:
        yield proxy, f"postgresql://postgres@127.0.0.1:{proxy.port}{parts.path}"
    finally:
        proxy.stop()
