"""Arrays and frames come back exactly; what their bytes do not say is refused."""

import array
import sys
import typing

import pytest

from hbia_dsl.cache.value_codec import CorruptValue, Uncacheable, codec_for
from hbia_dsl.cache.value_digest import Undigestable, digest_value, is_same_value

Anything = typing.Any
"""These libraries need not be installed, nor their types."""


def _there_and_back(value: object, form: object | None = None) -> Anything:
    codec = codec_for(type(value) if form is None else form)
    stored = bytes(codec.encode(value))
    found = codec.decode(stored)
    assert type(found) is type(value)
    assert is_same_value(found, value)
    assert digest_value(found) == digest_value(value)
    return found


@pytest.mark.parametrize("typecode", "bBhHiIlLqQfd")
def test_a_standard_array_comes_back(typecode: str) -> None:
    value = array.array(typecode, [1, 2, 3])

    assert _there_and_back(value) == value
    assert _there_and_back({"a": value}, object)["a"].typecode == typecode


def test_no_library_is_loaded_to_judge_a_value() -> None:
    before = set(sys.modules)
    digest_value({"a": [1, b"2"]})

    assert {"numpy", "pandas", "pyarrow"}.isdisjoint(set(sys.modules) - before)


def _numpy_arrays(np: Anything) -> list[Anything]:
    grid = np.arange(12.0).reshape(3, 4)
    readonly = np.arange(3)
    readonly.setflags(write=False)
    return [
        grid,
        grid.T,
        grid[:, ::2],
        grid[::-1],
        np.asfortranarray(grid),
        np.array(5),
        np.zeros((0, 3)),
        np.zeros((2, 0), ">i2"),
        np.array([1, -1], ">i4"),
        np.array([True, False]),
        np.array(["a", "bcd"]),
        np.array([b"a", b"bcd"]),
        np.array([], "U0"),
        readonly,
        np.array(["2024-01-01", "NaT"], "M8[ns]"),
        np.array([1, 2], "m8[h]"),
        np.array([1 + 2j, np.nan]),
        np.array([1, 2], "f2"),
        np.array([np.nan, -0.0, np.inf]),
        np.zeros(3, [("a", "<i4"), ("b", ">f8", (2, 2)), ("c", [("d", "S3")])]),
        np.array([b"ab"], "V2"),
        np.random.default_rng(1).random((300, 300)),
        np.lib.stride_tricks.as_strided(np.arange(5), (3, 3), (8, 8)),
    ]


def test_arrays_come_back_with_type_shape_order_and_every_bit() -> None:
    np = pytest.importorskip("numpy")

    for value in _numpy_arrays(np):
        for found in (_there_and_back(value), _there_and_back([value], object)[0]):
            assert found.dtype == value.dtype
            assert found.shape == value.shape
            assert found.tobytes() == value.tobytes()
            assert found.flags.writeable == value.flags.writeable
            assert found.flags.f_contiguous >= value.flags.f_contiguous


def test_arrays_differ_in_digest_by_type_shape_order_and_content() -> None:
    np = pytest.importorskip("numpy")
    grid = np.arange(4, dtype="i4").reshape(2, 2)
    values = [
        grid,
        grid.T,
        grid.reshape(4),
        grid.astype("i8"),
        grid.astype(">i4"),
        grid.astype("u4"),
        grid + 1,
        grid.tolist(),
        grid.tobytes(),
        np.asfortranarray(grid),
        np.int32(0),
        np.int64(0),
        np.array(0),
        0,
        np.float64(0),
        0.0,
        np.str_("a"),
        "a",
        np.bool_(True),
        True,
    ]

    assert len({digest_value(value) for value in values}) == len(values)


def test_scalars_of_numpy_come_back() -> None:
    np = pytest.importorskip("numpy")
    scalars = [
        np.float64(1.5),
        np.float32("nan"),
        np.int8(-1),
        np.uint64(2**64 - 1),
        np.bool_(True),
        np.str_("a"),
        np.bytes_(b"a"),
        np.datetime64("2024-01-01", "D"),
        np.timedelta64(1, "s"),
        np.complex64(1j),
        np.zeros(1, [("a", "i4"), ("b", "f8")])[0],
    ]

    for value in scalars:
        _there_and_back(value)
        _there_and_back((value,), object)
    _there_and_back(np.float64(1.5), float)
    _there_and_back(np.str_("a"), str)


def test_an_array_that_was_read_may_be_written_to_and_spoils_nothing() -> None:
    np = pytest.importorskip("numpy")
    value = np.arange(1_000.0)
    codec = codec_for(np.ndarray)
    stored = bytes(codec.encode(value))

    first: Anything = codec.decode(stored)
    first += 1
    value += 1

    second: Anything = codec.decode(stored)
    assert np.array_equal(second, np.arange(1_000.0))


def test_the_memory_of_a_large_array_is_handed_over_and_not_copied() -> None:
    np = pytest.importorskip("numpy")
    value = np.arange(100_000)

    encoded = codec_for(np.ndarray).encode(value)

    assert np.shares_memory(np.frombuffer(encoded.parts[1], "u1"), value)


def test_arrays_whose_bytes_do_not_say_everything_are_refused() -> None:
    np = pytest.importorskip("numpy")
    refused = [
        np.array([{}, None]),
        np.array([1], "longdouble"),
        np.ma.masked_array([1, 2], [True, False]),
        np.zeros(2, np.dtype([("a", "i1"), ("b", "i8")], align=True)),
        np.zeros(2, [("a", "O")]),
        np.longdouble(1),
        np.float64,
        np.dtype("i4"),
    ]

    for value in refused:
        with pytest.raises(Undigestable):
            digest_value(value)
        with pytest.raises(Uncacheable):
            codec_for(object).encode(value)


def test_spoilt_bytes_of_an_array_are_found_out_or_give_an_array() -> None:
    np = pytest.importorskip("numpy")
    codec = codec_for(np.ndarray)

    for value in (np.arange(3), np.zeros(200), np.zeros(2, [("a", "i4"), ("b", "S2")])):
        stored = bytes(codec.encode(value))
        for place in range(120):
            for bit in range(8):
                spoilt = bytearray(stored)
                spoilt[place] ^= 1 << bit
                try:
                    found = codec.decode(spoilt)
                except CorruptValue:
                    continue
                assert type(found) is np.ndarray


def _frames(pd: Anything, np: Anything) -> list[Anything]:
    days = pd.date_range("2024-03-01", periods=3, freq="D", tz="Europe/Paris")
    frame = pd.DataFrame(
        {
            "numbers": [1, 2, 3],
            "texts": ["a", None, "c"],
            "flags": [True, False, True],
            "moments": days,
            "naive": days.tz_localize(None),
            "spans": pd.to_timedelta([1, 2, 3], unit="s"),
            "choices": pd.Categorical(["u", "v", "u"], ["v", "u"], ordered=True),
            "missing": pd.array([1, None, 3], dtype="Int64"),
            "gaps": [1.5, np.nan, -0.0],
            "mixed": pd.Series([1, "a", None], dtype=object),
            "text objects": pd.Series(["a", "b", "c"], dtype=object),
            "some text objects": pd.Series(["a", None, "c"], dtype=object),
            "maybe": pd.array([True, None, False], dtype="boolean"),
        }
    )
    noted = frame.copy()
    noted.attrs["source"] = "a"
    twice = pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"])
    return [
        frame,
        noted,
        twice,
        frame.set_index("moments"),
        frame.set_index(["numbers", "texts"]),
        pd.DataFrame(),
        frame.iloc[::2],
        frame[["numbers"]].T,
        pd.DataFrame(np.random.default_rng(1).random((50, 4))),
        pd.DataFrame({"a": []}),
        frame.rename_axis("n", axis=1),
        *(frame[name] for name in frame),
        frame.index,
        days,
        frame.columns,
        pd.Index([1.5, 2], name="n"),
        pd.Series([], dtype=object),
        pd.Index(["a", "b"], dtype=object),
        pd.MultiIndex.from_arrays([pd.Index(["a", "b"], dtype=object), [1, 2]]),
        pd.Series(pd.Categorical(["u"], pd.Index(["u", "v"], dtype=object))),
    ]


def test_frames_come_back_with_index_columns_and_types() -> None:
    pd, np = pytest.importorskip("pandas"), pytest.importorskip("numpy")

    for value in _frames(pd, np):
        for found in (_there_and_back(value), _there_and_back([value], object)[0]):
            assert found.equals(value)
            match value:
                case pd.DataFrame():
                    pd.testing.assert_frame_equal(found, value, check_freq=True)
                    assert found.attrs == value.attrs
                case pd.Series():
                    pd.testing.assert_series_equal(found, value, check_freq=True)
                case _:
                    pd.testing.assert_index_equal(found, value, exact=True)


def test_frames_that_differ_anywhere_have_digests_of_their_own() -> None:
    pd, np = pytest.importorskip("pandas"), pytest.importorskip("numpy")
    frames = _frames(pd, np)

    assert len({digest_value(frame) for frame in frames}) == len(frames)


def test_columns_that_are_no_plain_data_are_refused() -> None:
    pd = pytest.importorskip("pandas")
    refused = [
        pd.DataFrame({"a": pd.period_range("2024", periods=2, freq="M")}),
        pd.DataFrame({"a": pd.Series([object()], dtype=object)}),
        pd.interval_range(0, 2),
    ]

    for value in refused:
        with pytest.raises(Uncacheable):
            codec_for(type(value)).encode(value)


def test_tables_of_arrow_come_back() -> None:
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"a": [1, None, 3], "b": ["x", "y", None], "c": [[1], [], None]})
    values = [
        table,
        table.slice(1),
        table.schema.empty_table(),
        table.to_batches()[0],
        table["a"],
        table.to_batches()[0].slice(0, 0),
        pa.array([1.5, None]),
        pa.chunked_array([[1], [2, 3]]),
        pa.table({"a": pa.array(["u", "v", "u"]).dictionary_encode()}),
        table.replace_schema_metadata({"k": "v"}),
    ]

    for value in values:
        found = _there_and_back(value)
        assert found.equals(value)
        assert _there_and_back({"a": value}, object)["a"].equals(value)
    assert len({digest_value(value) for value in values}) == len(values)


def test_spoilt_bytes_of_a_table_are_found_out_or_give_a_table() -> None:
    pa = pytest.importorskip("pyarrow")
    codec = codec_for(pa.Table)
    stored = bytes(codec.encode(pa.table({"a": ["x", "yy"], "b": [1, None]})))

    for place in range(0, len(stored), 3):
        spoilt = bytearray(stored)
        spoilt[place] ^= 0x55
        try:
            found = codec.decode(spoilt)
        except CorruptValue:
            continue
        assert type(found) is pa.Table
