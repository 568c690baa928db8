"""Arrays taken apart: element type, shape, order in memory, and the bytes as they are.

Kept are the element type with its byte order, the shape, C or Fortran order, and whether
the array may be written to. Other strides become C order. Elements must be bytes and
nothing else: an array of Python objects holds addresses, and a padded element holds
whatever was in memory before.
"""

import importlib
import typing
from collections.abc import Sequence

from hbia_dsl.cache.foreign_kind import ForeignKind
from hbia_dsl.cache.raw_bytes import RawBytes
from hbia_dsl.cache.value_refusal import Undigestable

_Spec = str | list[object]
"""An element type: `<f8`, or a list of name, type and shape for each field of a record."""

_PLAIN_KINDS = frozenset("biufcmMSUV")
_WIDEST_BYTES = {"f": 8, "c": 16}
"""Wider floats have bytes that mean nothing."""


class _ElementType(typing.Protocol):
    kind: str
    itemsize: int
    names: tuple[str, ...] | None
    fields: typing.Mapping[str, tuple[object, ...]] | None
    base: object
    shape: tuple[int, ...]


class _Flags(typing.Protocol):
    c_contiguous: bool
    f_contiguous: bool
    writeable: bool


class _Array(typing.Protocol):
    dtype: _ElementType
    shape: tuple[int, ...]
    size: int
    flags: _Flags
    T: "_Array"
    __array_interface__: typing.Mapping[str, tuple[int, bool]]

    def reshape(self, shape: int | tuple[int, ...]) -> "_Array": ...
    def view(self, dtype: object) -> "_Array": ...
    def copy(self, order: str = ...) -> "_Array": ...
    def setflags(self, *, write: bool) -> None: ...
    def __getitem__(self, key: tuple[()]) -> object: ...


class _Numpy(typing.Protocol):
    ndarray: type
    generic: type

    def dtype(self, spec: object) -> _ElementType: ...
    def asarray(self, value: object) -> _Array: ...
    def frombuffer(self, buffer: object, dtype: object) -> _Array: ...
    def empty(self, shape: tuple[int, ...], dtype: object) -> _Array: ...


class _StandardArray(typing.Protocol):
    typecode: str

    def tobytes(self) -> bytes: ...


def numpy_kind(cls: type) -> ForeignKind | None:
    """Return the kind of a class of numpy; None if its values hold more than an array.

    Args:
        cls: The exact class of a value.
    """
    numpy = _numpy()
    if cls is numpy.ndarray:
        return _ARRAY
    # Anybody may derive from numpy's scalars, but not in numpy's own module.
    return _SCALAR if issubclass(cls, numpy.generic) else None


def _numpy() -> _Numpy:
    return typing.cast(_Numpy, importlib.import_module("numpy"))


def _array_apart(value: object) -> tuple[object, ...]:
    array = typing.cast(_Array, value)
    flags = array.flags
    if flags.c_contiguous:
        order, straight = "C", array
    elif flags.f_contiguous:
        order, straight = "F", array.T
    else:
        order, straight = "C", array.copy(order="C")
    spec = _spec_of(array.dtype)
    return spec, array.shape, order, bool(flags.writeable), _memory_of(straight)


def _memory_of(straight: _Array) -> RawBytes:
    if straight.size == 0 or straight.dtype.itemsize == 0:
        return RawBytes(b"", 0, is_lent=True)
    flat = straight.reshape(-1).view("u1")
    view = memoryview(typing.cast("bytes", flat))
    return RawBytes(view, straight.__array_interface__["data"][0], is_lent=True)


def _array_together(parts: object) -> object:
    spec, shape, order, writeable, raw = typing.cast(
        tuple[_Spec, tuple[int, ...], str, bool, RawBytes], parts
    )
    numpy = _numpy()
    dtype = numpy.dtype(_dtype_argument(spec))
    if raw.size == 0:
        array = numpy.empty(shape, dtype)
    else:
        flat = numpy.frombuffer(raw.view, "u1")
        if not raw.is_lent or flat.flags.writeable < writeable:
            flat = flat.copy()
        array = flat.view(dtype).reshape(shape if order == "C" else shape[::-1])
        array = array if order == "C" else array.T
    array.setflags(write=writeable)
    return array


def _scalar_apart(value: object) -> tuple[object, ...]:
    array = _numpy().asarray(value)
    memory = _memory_of(array)
    return _spec_of(array.dtype), bytes(memory.view)


def _scalar_together(parts: object) -> object:
    spec, data = typing.cast(tuple[_Spec, bytes], parts)
    dtype = _numpy().dtype(_dtype_argument(spec))
    if not data:
        return _numpy().empty((), dtype)[()]
    # A scalar taken from a record keeps the array alive, so the array must be its own.
    return _numpy().frombuffer(bytearray(data), dtype).reshape(())[()]


def _spec_of(dtype: _ElementType) -> _Spec:
    if dtype.names is not None:
        return _record_spec(dtype, dtype.names)
    if dtype.kind not in _PLAIN_KINDS:
        raise Undigestable("an array whose elements are not plain bytes")
    if dtype.itemsize > _WIDEST_BYTES.get(dtype.kind, dtype.itemsize):
        raise Undigestable("an array of floats with unused bytes")
    return str(getattr(dtype, "str"))  # noqa: B009 - a protocol with this name could not use `str`


def _record_spec(dtype: _ElementType, names: Sequence[str]) -> list[object]:
    spec: list[object] = []
    offset = 0
    for name in names:
        field = (dtype.fields or {})[name]
        inner = typing.cast(_ElementType, field[0])
        if field[1] != offset or len(field) > 2:
            raise Undigestable("an array of records with gaps, overlaps or titles")
        offset += inner.itemsize
        spec.append([name, _spec_of(typing.cast(_ElementType, inner.base)), list(inner.shape)])
    if offset != dtype.itemsize:
        raise Undigestable("an array of records with gaps, overlaps or titles")
    return spec


def _dtype_argument(spec: object) -> object:
    if isinstance(spec, str):
        return spec
    fields = typing.cast(list[tuple[str, object, list[int]]], spec)
    return [(name, _dtype_argument(inner), tuple(shape)) for name, inner, shape in fields]


def _standard_apart(value: object) -> tuple[object, ...]:
    array = typing.cast(_StandardArray, value)
    if array.typecode in "uw":
        raise Undigestable("an array of characters")
    return array.typecode, array.tobytes()


def _standard_together(parts: object) -> object:
    typecode, data = typing.cast(tuple[str, bytes], parts)
    return importlib.import_module("array").array(typecode, data)


_ARRAY = ForeignKind("ndarray", _array_apart, _array_together)
_SCALAR = ForeignKind("numpy-scalar", _scalar_apart, _scalar_together)
STANDARD_ARRAY = ForeignKind("array", _standard_apart, _standard_together)
ARRAY_KINDS = {kind.tag: kind for kind in (_ARRAY, _SCALAR, STANDARD_ARRAY)}
"""By tag."""
