"""Values to bytes and back by their declared type, exactly.

`decode(encode(value))` is a new value that nobody can tell from the old one, in value
and type, or `encode` refuses: what a hit returns is what a miss would have returned. The
proof is made for every value when it is written, by reading it back and comparing.

Reading bytes runs nothing of what they say: no class is imported by name, no constructor
is called, and classes are only those that the declared type leads to.
"""

import functools
import json
import typing
from collections.abc import Hashable

from hbia_dsl.cache.value_digest import is_same_value
from hbia_dsl.cache.value_envelope import CODEC_VERSION, EncodedValue, pack, unpack
from hbia_dsl.cache.value_part import Blobs, ValuePart
from hbia_dsl.cache.value_refusal import CorruptValue, Uncacheable, Undigestable
from hbia_dsl.cache.value_schema import schema_of
from hbia_dsl.structuring.opened_form import UnresolvedFormError
from hbia_dsl.typeforms.value_check import compile_check

__all__ = [
    "CODEC_VERSION",
    "CorruptValue",
    "EncodedValue",
    "Uncacheable",
    "ValueCodec",
    "codec_for",
]

_MEMORY_CODECS = 4_096
"""How many codecs are kept; the least recently used one goes first."""

_TOO_DEEP = "nested too deeply, or inside itself"


def codec_for(form: object) -> "ValueCodec":
    """Return the codec of a declared type; kept for the next call with an equal form.

    Args:
        form: A resolved annotation; a form of which no value can be stored has a codec that
            refuses all of them.

    Example:
        >>> codec = codec_for(dict[int, set[str]])
        >>> codec.decode(bytes(codec.encode({1: {"a"}})))
        {1: {'a'}}
        >>> codec_for(set[str]).encode(["a"])
        Traceback (most recent call last):
        hbia_dsl.cache.value_refusal.Uncacheable: expected set[str], found list
    """
    try:
        hash(form)
    except TypeError:  # metadata without a hash
        return ValueCodec(form)
    return _remembered(form)


@functools.lru_cache(maxsize=_MEMORY_CODECS, typed=True)
def _remembered(form: Hashable) -> "ValueCodec":
    return ValueCodec(form)


class ValueCodec:
    """Writes and reads values of one declared type."""

    def __init__(self, form: object) -> None:
        self.form = form
        """The declared type."""
        self._check = compile_check(form)
        self._known: tuple[ValuePart, bytes] | None = None

    def encode(self, value: object) -> EncodedValue:
        """Return a value as bytes, having read them back.

        Args:
            value: Any value.

        Returns:
            The bytes in parts. Large parts are the memory of the value itself, so they must be
            written before anybody else gets the value.

        Raises:
            Uncacheable: The value is not of the declared type, or bytes cannot give it back.
        """
        try:
            return self._encode(value)
        except (Uncacheable, Undigestable) as error:
            raise Uncacheable(str(error)) from None
        except RecursionError:
            raise Uncacheable(_TOO_DEEP) from None
        except UnresolvedFormError as error:
            raise Uncacheable(str(error)) from None
        except CorruptValue as error:
            raise Uncacheable(f"it could not be read back: {error.reason}") from None
        except Exception as error:  # code of the value's own class
            raise Uncacheable(f"writing it raised {type(error).__name__}") from error

    def decode(self, data: bytes | bytearray | memoryview) -> object:
        """Return a new value of what `encode` gave.

        Args:
            data: The bytes, joined; nothing of the value refers to them afterwards. That they
                are those that were written is for the store to prove, by a digest of its own.

        Raises:
            CorruptValue: They are no value of the declared type.
        """
        try:
            part, schema = self._part()
            opened = unpack(data, schema)
            return part.read(_from_json(opened.text), Blobs(opened.buffers))
        except CorruptValue:
            raise
        except Exception as error:  # anything may come out of foreign bytes
            raise CorruptValue(f"reading it raised {type(error).__name__}") from error

    def _part(self) -> tuple[ValuePart, bytes]:
        if self._known is None:
            self._known = (_parts().find(self.form), schema_of(self.form))
        return self._known

    def _encode(self, value: object) -> EncodedValue:
        check = self._check
        if check is not None and not check.accepts(value):
            raise Uncacheable(str(check.explain(value)))
        part, schema = self._part()
        blobs = Blobs()
        try:
            text = _to_json(part.write(value, blobs))
        except ValueError as error:  # NaN, an infinity, an integer of thousands of digits
            if isinstance(error, Uncacheable):
                raise
            blobs = Blobs(careful=True)
            text = _to_json(part.write(value, blobs))
        # The buffers are not copied for this proof: bytes are themselves, and an array is its
        # element type, shape and memory, of which the first two are compared.
        again = part.read(_from_json(text), Blobs(blobs.held))
        if not is_same_value(value, again):
            raise Uncacheable("it would come back different")
        return pack(schema, text.encode("utf-8", "surrogatepass"), blobs.held)


_from_json: typing.Final[typing.Callable[[str], object]] = json.JSONDecoder().decode
"""As `json.loads`, without a look at options that are not used."""


def _to_json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _sentence(error: Exception) -> str:
    return str(error)


class _PartSearch(typing.Protocol):
    @property
    def is_full(self) -> bool: ...

    def find(self, form: object) -> ValuePart: ...


_searches: list[_PartSearch] = []
"""The one in use; codecs that were made with an earlier one keep that."""


def _parts() -> _PartSearch:
    if not _searches or _searches[-1].is_full:
        from hbia_dsl.cache.part_search import PartSearch  # it loads cattrs

        _searches[:] = [PartSearch()]
    return _searches[-1]
