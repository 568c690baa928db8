"""Files of large values, beside the database.

A row of more than 32 KB is slower to read than a file and no faster to write (measured: 64 KB
37 us against 17, 1 MB 1,400 us against 90), and it goes through the journal twice.

A file is written under another name and renamed when complete. Its name is the digest that its
row holds, so another value of the same key is another file, and a row never meets a file that
was written for another one. It is read, not mapped: a mapped file that somebody cuts short
kills the process.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from hbia_dsl.cache.sqlite_store_place import files_in, is_left_behind, unfinished_name

LARGE_BYTES: Final = 32 * 1024
"""A payload of this size or more gets a file."""

_UNFINISHED: Final = "part"
_BINARY: Final[int] = getattr(os, "O_BINARY", 0)  # Windows would translate line ends
_CREATE: Final = os.O_CREAT | os.O_EXCL | os.O_WRONLY | _BINARY
_READ_BYTES: Final = 1 << 30


class ValueFiles:
    """The folder of large values of one store."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    @contextmanager
    def written(self, digest: bytes, payload: bytes) -> Iterator[Callable[[], None]]:
        """Write a file without a name; the block calls what is given to name it.

        Nothing is left of it if the block raises, or does not name it.

        Raises:
            OSError: It cannot be written.
        """
        path = self._write(payload)
        named: list[bytes] = []

        def publish() -> None:
            os.replace(path, self.path_of(digest))
            named.append(digest)

        try:
            yield publish
        except BaseException:
            if named:
                self.remove(digest)
            raise
        finally:
            self.discard(path)

    def _write(self, payload: bytes) -> str:
        path = os.path.join(self._folder, unfinished_name(_UNFINISHED))
        try:
            file = os.open(path, _CREATE, 0o600)
        except FileNotFoundError:  # somebody has removed the folder
            os.mkdir(self._folder, 0o700)
            file = os.open(path, _CREATE, 0o600)
        try:
            try:
                rest = memoryview(payload)
                while rest:
                    rest = rest[os.write(file, rest) :]
            finally:
                os.close(file)
        except BaseException:
            self.discard(path)
            raise
        return path

    def discard(self, path: str) -> None:
        """Remove a file that is not needed, if it is there."""
        with suppress(OSError):
            os.unlink(path)

    def read(self, digest: bytes, length: int) -> bytes | None:
        """Return what is in a file; None if it is not there or not of that length."""
        try:
            file = os.open(self.path_of(digest), os.O_RDONLY | _BINARY)
        except FileNotFoundError:
            return None
        try:
            if os.fstat(file).st_size != length:
                return None
            whole = os.read(file, length)  # one call and no copy, but for huge files
            if len(whole) == length:
                return whole
            pieces = [whole]
            while piece := os.read(file, _READ_BYTES):
                pieces.append(piece)
            return b"".join(pieces)
        finally:
            os.close(file)

    def remove(self, digest: bytes) -> None:
        """Remove the file of a row that is gone."""
        self.discard(self.path_of(digest))

    def remove_left_behind(self) -> None:
        """Remove what killed processes were writing."""
        for path in files_in(self._folder):
            if os.path.basename(path).startswith(f"{_UNFINISHED}-") and is_left_behind(path):
                self.discard(path)

    def named(self) -> list[bytes]:
        """Return the digests of all complete files."""
        found = []
        for path in files_in(self._folder):
            with suppress(ValueError):
                found.append(bytes.fromhex(os.path.basename(path)))
        return found

    def path_of(self, digest: bytes) -> str:
        """Return the path of the file of a row."""
        return os.path.join(self._folder, digest.hex())
