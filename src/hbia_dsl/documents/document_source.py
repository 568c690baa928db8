"""Bytes or text to the text of a document: its size, its encoding, its characters."""

import os
import re
import stat
from typing import Final

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import UNREADABLE_DOCUMENT
from hbia_dsl.diagnostics.location import Location
from hbia_dsl.diagnostics.near_miss import did_you_mean
from hbia_dsl.documents.document_problems import DocumentProblems
from hbia_dsl.documents.document_text import DocumentText
from hbia_dsl.documents.place import Place
from hbia_dsl.errors import DocumentError

MOST_BYTES: Final = 1_000_000
"""How large a document may be: 1 MB."""

_BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
_NOT_IN_YAML: Final = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
"""Source: YAML 1.1, production c-printable."""


def read_file(path: str | os.PathLike[str]) -> DocumentText:
    """Read a document from a file.

    Raises:
        DocumentError: There is no such file, it is a directory or cannot be read, or it
            is too large or not UTF-8.
    """
    name = os.fsdecode(path)
    try:
        is_file = stat.S_ISREG(os.stat(name).st_mode)
        raw = _bytes_of(name) if is_file else b""
    except FileNotFoundError:
        text = f"there is no file {_shown(name)}"
        raise _unreadable(text, _near_file(name) or "correct the path") from None
    except PermissionError:
        text = f"{_shown(name)} may not be read: permission denied"
        raise _unreadable(text, "let this user read the file") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or "the path is not one"
        text = f"{_shown(name)} cannot be read: {reason[:1].lower()}{reason[1:]}"
        raise _unreadable(text, "correct the path") from None
    if not is_file:  # a pipe might keep one waiting for ever
        kind = "a directory" if os.path.isdir(name) else "not a regular file"
        raise _unreadable(f"{_shown(name)} is {kind}", "give the path of a YAML file")
    return read_text(raw, name)


def _bytes_of(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(MOST_BYTES + 1)


def read_text(source: str | bytes, origin: str) -> DocumentText:
    """Take text, or the bytes of one, as a document.

    Args:
        source: The text; bytes must be UTF-8.
        origin: What reports call it: a path, or a name in angle brackets.

    Raises:
        DocumentError: It is too large, not UTF-8, or has characters that YAML does not have;
            or it is no text.
    """
    given: object = source
    if not isinstance(given, str | bytes):
        text = f"a document is text or bytes, not a value of type {type(given).__name__}"
        raise _unreadable(text, "give its text; for a file there is load_graph_from_yaml(path)")
    raw = source if isinstance(source, bytes) else source.encode("utf-8", "surrogatepass")
    if len(raw) > MOST_BYTES:
        text = f"{_shown(origin)} has more than {MOST_BYTES:,} bytes"
        raise _unreadable(text, "divide it: a document has at most 1 MB")
    found = source if isinstance(source, str) else _decoded(source, origin)
    # A byte order mark is no part of the text, and would move the columns of the first line.
    document = DocumentText(origin, found.removeprefix(_BOM))
    odd = _NOT_IN_YAML.search(document.text or "")
    if odd is not None:
        code = f"U+{ord(odd.group()):04X}"
        text = f"the document has a character that YAML does not have: {code}"
        raise _refused(document, odd.start(), text, f'write it as "\\x{ord(odd.group()):02x}"')
    return document


def _decoded(raw: bytes, origin: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        rest = raw[error.start :].decode("utf-8", "replace")
        document = DocumentText(origin, before + rest)
        offset = len(before)
    text = "the document is not UTF-8"
    raise _refused(document, offset, text, "save it as UTF-8") from None


def _refused(document: DocumentText, offset: int, message: str, help_: str) -> DocumentError:
    before = (document.text or "")[:offset].removeprefix(_BOM).splitlines(keepends=True)
    # A text that ends with a line end goes on in the next line.
    line = max(len(before), 1)
    column = len(before[-1]) if before else 0
    if before and before[-1].splitlines()[0] != before[-1]:
        line, column = line + 1, 0
    problems = DocumentProblems(document)
    problems.add(UNREADABLE_DOCUMENT, Place(line, column, 1), message, help_)
    return DocumentError(*problems.diagnostics())


def _unreadable(message: str, help_: str) -> DocumentError:
    return DocumentError(Diagnostic(UNREADABLE_DOCUMENT, message, help=help_))


def _shown(origin: str) -> str:
    shown = Location(origin, 1).shown_file()
    return f"`{''.join(c if c.isprintable() else '?' for c in shown)[-200:]}`"


def _near_file(path: str) -> str | None:
    try:
        others = [n for n in os.listdir(os.path.dirname(path) or ".") if n.endswith(_ENDINGS)]
    except (OSError, ValueError):
        return None
    return did_you_mean(os.path.basename(path), others[:1_000])


_ENDINGS: Final = (".yaml", ".yml")
