"""Laws of digests and codecs, for values of generated forms."""

import os
import typing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hbia_dsl.cache.value_codec import CorruptValue, Uncacheable, codec_for
from hbia_dsl.cache.value_digest import Undigestable, digest_value, is_same_value
from hbia_dsl.typeforms.value_check import compile_check
from value_kinds import KINDS, Kind, frozen

EXAMPLES = 4_000 if os.environ.get("HBIA_LONG") == "1" else 200

pytestmark = pytest.mark.timeout(3_600 if os.environ.get("HBIA_LONG") == "1" else 60)


@st.composite
def kinds_and_values(draw: st.DrawFn) -> tuple[Kind, object]:
    kind = draw(KINDS)
    return kind, draw(kind.values)


@settings(max_examples=EXAMPLES)
@given(kinds_and_values())
def test_what_is_decoded_is_what_was_encoded_in_value_and_type(drawn: tuple[Kind, object]) -> None:
    kind, value = drawn
    before = frozen(value)
    codec = codec_for(kind.form)

    stored = bytes(codec.encode(value))
    first, second = codec.decode(stored), codec.decode(stored)

    assert frozen(first) == frozen(second) == before == frozen(value)
    assert digest_value(first) == digest_value(value)


@settings(max_examples=EXAMPLES)
@given(kinds_and_values(), kinds_and_values())
def test_digests_are_equal_exactly_if_the_values_are_the_same(
    drawn: tuple[Kind, object], other: tuple[Kind, object]
) -> None:
    (_, first), (_, second) = drawn, other

    is_same = frozen(first) == frozen(second)

    assert (digest_value(first) == digest_value(second)) is is_same
    assert is_same_value(first, second) is is_same
    assert digest_value([first]) != digest_value(first)


def test_no_two_of_a_large_pool_of_values_share_a_digest() -> None:
    pool: dict[object, object] = {}
    digests: set[bytes] = set()

    @settings(max_examples=EXAMPLES)
    @given(kinds_and_values())
    def collect(drawn: tuple[Kind, object]) -> None:
        _, value = drawn
        for part in (value, [value], (value,), {"a": value}, {"b": value}, [value, value]):
            pool[frozen(part)] = part
            digests.add(digest_value(part))

    collect()

    assert len(pool) > EXAMPLES * 2
    assert len(digests) == len(pool)


@settings(max_examples=EXAMPLES)
@given(kinds_and_values(), KINDS)
def test_a_value_of_another_form_is_refused_or_comes_back_as_it_was(
    drawn: tuple[Kind, object], other: Kind
) -> None:
    _, value = drawn
    codec = codec_for(other.form)

    try:
        stored = bytes(codec.encode(value))
    except Uncacheable:
        return
    assert frozen(codec.decode(stored)) == frozen(value)


@settings(max_examples=EXAMPLES)
@given(kinds_and_values(), st.data())
def test_spoilt_bytes_are_found_out_or_give_a_value_of_the_form(
    drawn: tuple[Kind, object], data: st.DataObject
) -> None:
    kind, value = drawn
    codec = codec_for(kind.form)
    stored = bytearray(bytes(codec.encode(value)))
    place = data.draw(st.integers(0, len(stored) - 1))
    match data.draw(st.sampled_from(["flip", "cut", "grow", "zero"])):
        case "flip":
            stored[place] ^= 1 << data.draw(st.integers(0, 7))
        case "cut":
            del stored[place:]
        case "grow":
            stored[place:place] = b"\0"
        case _:
            stored[place:] = bytes(len(stored) - place)

    try:
        found = codec.decode(stored)
    except CorruptValue:
        return
    check = compile_check(kind.form)
    assert check is None or check.accepts(found)


@settings(max_examples=EXAMPLES)
@given(st.binary(max_size=60) | st.binary(max_size=60).map(lambda data: b"HBV\x01" + data), KINDS)
def test_foreign_bytes_are_corrupt(data: bytes, kind: Kind) -> None:
    with pytest.raises(CorruptValue):
        codec_for(kind.form).decode(data)


@given(kinds_and_values(), KINDS)
def test_bytes_of_one_form_are_no_value_of_another(drawn: tuple[Kind, object], other: Kind) -> None:
    kind, value = drawn
    stored = bytes(codec_for(kind.form).encode(value))

    try:
        found = codec_for(other.form).decode(stored)
    except CorruptValue:
        return
    # Forms of one schema: `Optional[int]` and `int | None`.
    assert frozen(found) == frozen(value)


class Opaque:
    """Keeps its data in a way of its own."""

    def __init__(self) -> None:
        self.data = 1


@given(
    st.recursive(
        st.sampled_from([Opaque(), print, Opaque, object(), iter([])]),
        lambda inner: (
            inner.map(lambda v: [0, v]) | inner.map(lambda v: {"a": v}) | inner.map(lambda v: (v,))
        ),
    )
)
def test_what_cannot_be_judged_is_refused_wherever_it_is(value: object) -> None:
    with pytest.raises(Undigestable) as caught:
        digest_value(value)
    with pytest.raises(Uncacheable):
        codec_for(typing.Any).encode(value)

    assert caught.value.reason
    assert caught.value.path.count("[") == str(caught.value).count("[")
