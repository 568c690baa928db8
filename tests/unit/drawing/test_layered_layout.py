"""Laws of the layout: nothing overlaps, nothing is run over, and few lines cross."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow_drawings import crossings_of, levels
from hbia_dsl.drawing.edge_routing import add_lanes
from hbia_dsl.drawing.layer_ordering import inversions, order_rows
from hbia_dsl.drawing.layered_layout import lay_out
from hbia_dsl.drawing.level import End, Level, Net
from hbia_dsl.drawing.row_coordinates import CARD_GAP, LANE_GAP, place_rows, rising, row_gaps

HAIR: Final = 1e-6
"""What rounding may do to a length."""


@given(levels())
def test_items_of_a_row_keep_their_distance(level: Level) -> None:
    placed = lay_out(level)

    for row in set(level.rows):
        ends = sorted(
            (
                placed.centres[item] - level.widths[item] / 2,
                placed.centres[item] + level.widths[item] / 2,
            )
            for item, other in enumerate(level.rows)
            if other == row
        )
        for (_, right), (left, _) in pairwise(ends):
            assert left - right >= CARD_GAP - HAIR


@given(levels())
def test_everything_is_between_the_left_end_and_the_width(level: Level) -> None:
    placed = lay_out(level)

    places = [x for routes in placed.routes for route in routes for x in route]
    for item, width in enumerate(level.widths):
        places += [placed.centres[item] - width / 2, placed.centres[item] + width / 2]
    assert min(places) >= -HAIR
    assert max(places) <= placed.width + HAIR


@given(levels())
def test_a_route_leads_from_its_source_to_its_target_one_place_a_row(level: Level) -> None:
    placed = lay_out(level)

    for net, routes in zip(level.nets, placed.routes, strict=True):
        for end, route in zip(net.targets, routes, strict=True):
            start = placed.centres[net.source.item] + net.source.offset
            assert route[0] == pytest.approx(start)
            assert route[-1] == pytest.approx(placed.centres[end.item] + end.offset)
            assert len(route) == level.rows[end.item] - level.rows[net.source.item] + 1


@given(levels())
def test_no_route_runs_over_an_item(level: Level) -> None:
    placed = lay_out(level)

    for net, routes in zip(level.nets, placed.routes, strict=True):
        first = level.rows[net.source.item] + 1
        for route in routes:
            for row, x in enumerate(route[1:-1], first):
                for item, other in enumerate(level.rows):
                    if other == row:
                        distance = abs(x - placed.centres[item]) - level.widths[item] / 2
                        assert distance >= LANE_GAP - HAIR


@given(levels())
def test_targets_of_a_net_share_its_way_as_long_as_they_can(level: Level) -> None:
    placed = lay_out(level)

    for routes in placed.routes:
        longest = max(routes, key=len)
        for route in routes:
            assert list(route[:-1]) == list(longest[: len(route) - 1])


@given(levels())
def test_ordering_never_adds_crossings_and_counts_those_that_are_left(level: Level) -> None:
    laned = add_lanes(level)
    before = crossings_of(laned)
    items = [set(row) for row in laned.rows]

    found = order_rows(laned)

    assert found == crossings_of(laned) <= before
    assert [set(row) for row in laned.rows] == items


@given(levels())
def test_the_same_level_is_laid_out_the_same_way_again(level: Level) -> None:
    assert lay_out(level) == lay_out(attrs.evolve(level))


def test_two_lines_that_cross_without_need_are_uncrossed() -> None:
    nets = [Net(End(0), (End(3),)), Net(End(1), (End(2),))]

    assert lay_out(Level([10.0] * 4, [0, 0, 1, 1], nets)).crossings == 0


def test_a_chain_stands_straight_below_each_other() -> None:
    nets = [Net(End(number), (End(number + 1),)) for number in range(5)]

    placed = lay_out(Level([40.0, 90.0, 10.0, 70.0, 40.0, 200.0], range(6), nets))

    assert max(placed.centres) - min(placed.centres) < 1.0


def test_a_long_line_beside_a_chain_bends_at_its_ends_only() -> None:
    chain = [Net(End(number), (End(number + 1),)) for number in range(6)]
    long = Net(End(0), (End(1), End(6)))

    placed = lay_out(Level([60.0] * 7, range(7), [long, *chain[1:]]))

    lane = placed.routes[0][1][1:-1]
    assert len(set(lane)) == 1


def test_an_empty_level_is_empty() -> None:
    placed = lay_out(Level([], [], []))

    assert (placed.width, list(placed.centres)) == (0.0, [])


@given(levels())
def test_placing_never_changes_the_order_of_a_row(level: Level) -> None:
    laned = add_lanes(level)
    order_rows(laned)
    gaps = row_gaps(laned)

    centres = place_rows(laned, gaps)

    for row, gap in zip(laned.rows, gaps, strict=True):
        for (left, right), distance in zip(pairwise(row), gap, strict=True):
            assert centres[right] - centres[left] >= distance - HAIR


weighted_values = st.lists(
    st.tuples(st.integers(-100, 100), st.integers(1, 9)), min_size=1, max_size=9
)


@given(weighted_values)
def test_rising_values_are_the_nearest_ones_that_never_fall(
    pairs: Sequence[tuple[int, int]],
) -> None:
    values = [float(value) for value, _ in pairs]
    weights = [float(weight) for _, weight in pairs]

    found = rising(values, weights)

    # The solution in one formula (Robertson, Wright, Dykstra 1988): too slow, but independent.
    def mean(first: int, last: int) -> float:
        part = slice(first, last + 1)
        total = sum(v * w for v, w in zip(values[part], weights[part], strict=True))
        return total / sum(weights[part])

    count = len(values)
    expected = [
        max(min(mean(a, b) for b in range(i, count)) for a in range(i + 1)) for i in range(count)
    ]
    assert found == pytest.approx(expected)


@given(st.lists(st.integers(0, 9).map(float), max_size=20))
def test_inversions_are_the_pairs_in_falling_order(values: Sequence[float]) -> None:
    pairs = [(a, b) for place, a in enumerate(values) for b in values[place + 1 :]]

    assert inversions(values) == sum(a > b for a, b in pairs)
