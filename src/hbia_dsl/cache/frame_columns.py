"""Frames, series and indexes of pandas, taken apart column by column.

Every column keeps its own class of array: numpy, text, dates with their zone and unit,
categories, numbers that may be missing. Other arrays are refused, and so are cells that
are no plain values.
"""

import importlib
import typing
from collections.abc import Callable, Mapping, Sequence

from hbia_dsl.cache.foreign_kind import ForeignKind
from hbia_dsl.cache.value_refusal import CorruptValue, Undigestable

_Parts = tuple[object, ...]
_MASKED = ("IntegerArray", "FloatingArray", "BooleanArray")


def _pandas() -> typing.Any:  # noqa: ANN401 - pandas need not be installed, nor its types
    return importlib.import_module("pandas")


def _untyped(value: object) -> typing.Any:  # noqa: ANN401 - as above
    return value


def _column_apart(column: object) -> _Parts:
    array = _untyped(column)
    name = type(array).__name__
    if name == "NumpyExtensionArray":
        values = array.to_numpy()
        return ("objects", list(values)) if values.dtype.kind == "O" else ("numpy", values)
    if name == "DatetimeArray":
        return "datetime", array.unit, array.tz, array.asi8
    if name == "TimedeltaArray":
        return "timedelta", array.unit, array.asi8
    if name == "Categorical":
        return "categories", _index_apart(array.categories), array.codes, bool(array.ordered)
    if name in _MASKED:
        values = array.to_numpy(dtype=array.dtype.numpy_dtype, na_value=0)
        return "masked", name, values, array.isna()
    if isinstance(array.dtype, _pandas().StringDtype):
        is_nan = array.dtype.na_value is not _pandas().NA
        cells = [None if cell is None or cell != cell else cell for cell in _cells(array)]  # noqa: PLR0124 - NaN is not itself
        return "text", array.dtype.storage, is_nan, cells
    raise Undigestable(f"a column that is a `{name}`")


def _cells(array: object) -> Sequence[object]:
    return typing.cast(Sequence[object], _untyped(array).to_numpy(dtype=object, na_value=None))


def _told_dtype(parts: _Parts) -> type | None:
    """Return the class of cells where it must be said, since other arrays say it themselves.

    Of an array of objects that are all text, pandas would make a column of text.
    """
    return object if parts[0] == "objects" else None


def _column_together(parts: _Parts) -> object:
    kind, *rest = parts
    make = _COLUMNS.get(typing.cast(str, kind))
    if make is None:
        raise CorruptValue("a column of no kind")
    return make(*rest)


def _objects(cells: object) -> object:
    numpy = importlib.import_module("numpy")
    listed = typing.cast(list[object], cells)
    array = numpy.empty(len(listed), dtype=object)
    array[:] = listed
    return typing.cast(object, _pandas().array(array, dtype=object))


def _datetimes(unit: object, zone: object, stamps: object) -> object:
    index = _pandas().DatetimeIndex(_untyped(stamps).view(f"M8[{unit}]"))
    if zone is not None:
        index = index.tz_localize("UTC").tz_convert(zone)
    return typing.cast(object, index.array)


def _timedeltas(unit: object, spans: object) -> object:
    return typing.cast(object, _pandas().array(_untyped(spans).view(f"m8[{unit}]")))


def _categories(categories: object, codes: object, ordered: object) -> object:
    index = _index_together(categories)
    make = _pandas().Categorical.from_codes
    return typing.cast(object, make(codes, categories=index, ordered=ordered))


def _masked(name: object, values: object, mask: object) -> object:
    if name not in _MASKED:
        raise CorruptValue("a column of no kind")
    return typing.cast(object, getattr(_pandas().arrays, name)(values, mask))


def _texts(storage: object, is_nan: object, cells: object) -> object:
    pandas = _pandas()
    missing = float("nan") if is_nan else pandas.NA
    dtype = pandas.StringDtype(storage, na_value=missing)
    return typing.cast(object, pandas.array(cells, dtype=dtype))


_COLUMNS: Mapping[str, Callable[..., object]] = {
    "numpy": lambda values: values,
    "objects": _objects,
    "datetime": _datetimes,
    "timedelta": _timedeltas,
    "categories": _categories,
    "masked": _masked,
    "text": _texts,
}


def _index_apart(value: object) -> _Parts:
    index = _untyped(value)
    name = type(index).__name__
    if name == "RangeIndex":
        return "range", index.start, index.stop, index.step, index.name
    if name == "MultiIndex":
        levels = [_index_apart(level) for level in index.levels]
        codes = [importlib.import_module("numpy").asarray(code) for code in index.codes]
        return "multi", levels, codes, list(index.names)
    if name not in ("Index", "DatetimeIndex", "TimedeltaIndex", "CategoricalIndex"):
        raise Undigestable(f"an index that is a `{name}`")
    return "index", _column_apart(index.array), index.name, getattr(index, "freqstr", None)


def _index_together(parts: object) -> object:
    pandas = _pandas()
    match parts:
        case ("range", start, stop, step, name):
            index = pandas.RangeIndex(start, stop, step, name=name)
        case ("multi", list(levels), codes, names):
            made = [_index_together(level) for level in levels]
            index = pandas.MultiIndex(levels=made, codes=codes, names=names)
        case ("index", tuple(column), name, freq):
            array = _column_together(column)
            index = pandas.Index(array, name=name, dtype=_told_dtype(column))
            index = index if freq is None else type(index)(index, freq=freq)
        case _:
            raise CorruptValue("an index of no kind")
    return typing.cast(object, index)


def _series_apart(value: object) -> _Parts:
    series = _untyped(value)
    flags = series.flags.allows_duplicate_labels
    return (
        _column_apart(series.array), _index_apart(series.index), series.name,
        dict(series.attrs), flags,
    )  # fmt: skip


def _series_together(parts: object) -> object:
    column, index, name, notes, flags = typing.cast(
        tuple[_Parts, _Parts, object, object, bool], parts
    )
    series = _pandas().Series(
        _column_together(column),
        index=_index_together(index),
        dtype=_told_dtype(column),
        name=name,
    )
    series.attrs.update(notes)
    return typing.cast(object, series.set_flags(allows_duplicate_labels=flags))


def _frame_apart(value: object) -> _Parts:
    frame = _untyped(value)
    columns = [_column_apart(frame.iloc[:, place].array) for place in range(frame.shape[1])]
    flags = frame.flags.allows_duplicate_labels
    return (
        columns, _index_apart(frame.columns), _index_apart(frame.index), dict(frame.attrs), flags,
    )  # fmt: skip


def _frame_together(parts: object) -> object:
    columns, names, index, notes, flags = typing.cast(
        tuple[list[_Parts], _Parts, _Parts, object, bool], parts
    )
    pandas, labels = _pandas(), _index_together(index)
    # A series keeps the class of its array; a bare array of objects would be guessed at.
    made = {
        place: pandas.Series(_column_together(column), index=labels, dtype=_told_dtype(column))
        for place, column in enumerate(columns)
    }
    frame = pandas.DataFrame(made, index=labels)
    frame.columns = _index_together(names)
    frame.attrs.update(notes)
    return typing.cast(object, frame.set_flags(allows_duplicate_labels=flags))


PANDAS_KINDS: Mapping[str, ForeignKind] = {
    "DataFrame": ForeignKind("pandas-frame", _frame_apart, _frame_together),
    "Series": ForeignKind("pandas-series", _series_apart, _series_together),
    **{
        name: ForeignKind("pandas-index", _index_apart, _index_together)
        for name in (
            "Index", "RangeIndex", "MultiIndex", "DatetimeIndex", "TimedeltaIndex",
            "CategoricalIndex",
        )
    },
}  # fmt: skip
"""By the name of the class in pandas."""
