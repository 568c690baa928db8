"""Laws of a drawn flow: what a reader takes for granted about cards, boxes and lines."""

from itertools import combinations, pairwise
from typing import Final

import pytest
from hypothesis import given, settings

from flow_drawings import drawn_flows, made_flow, seeded_flow
from hbia_dsl.drawing.drawn_graph import DrawnFlow, DrawnInput, DrawnVertex
from hbia_dsl.drawing.flow_layout import lay_out_flow
from hbia_dsl.drawing.placed_flow import PlacedCard, PlacedFlow, PlacedGroup
from hbia_dsl.drawing.row_assignment import UnitSize, assign_rows
from hbia_dsl.drawing.stand_in_cards import VERTEX_REACH, StandInCards
from hbia_dsl.graph.adjacency import Adjacency

HAIR: Final = 1e-6
"""What rounding may do to a length."""

large = pytest.mark.parametrize("seed", [1, 2, 3])


@given(drawn_flows())
def test_a_small_flow_keeps_all_laws(flow: DrawnFlow) -> None:
    _check_laws(lay_out_flow(flow))


@large
def test_a_flow_of_fifty_vertices_keeps_all_laws(seed: int) -> None:
    _check_laws(lay_out_flow(seeded_flow(50, seed, group_count=seed)))


def _check_laws(placed: PlacedFlow) -> None:
    _every_vertex_has_one_card(placed)
    _cards_do_not_overlap(placed)
    _everything_is_inside(placed)
    _lines_go_down_from_card_to_card(placed)
    _lines_run_over_no_card(placed)
    _boxes_hold_their_members_and_nothing_else(placed)
    _cards_are_in_the_band_of_their_stage(placed)


def _every_vertex_has_one_card(placed: PlacedFlow) -> None:
    flow = placed.flow
    names = [card.shows.name for card in placed.cards if isinstance(card.shows, DrawnVertex)]
    inputs = {card.shows.name for card in placed.cards if isinstance(card.shows, DrawnInput)}
    assert sorted(names) == sorted(vertex.name for vertex in flow.vertices)
    assert inputs == {drawn.name for drawn in flow.inputs if drawn.is_used}
    assert len({card.key for card in placed.cards}) == len(placed.cards)


def _cards_do_not_overlap(placed: PlacedFlow) -> None:
    for one, other in combinations(placed.cards, 2):
        beside = one.right <= other.left - 8 or other.right <= one.left - 8
        above = one.bottom <= other.top - 8 or other.bottom <= one.top - 8
        assert beside or above, (one.key, other.key)


def _everything_is_inside(placed: PlacedFlow) -> None:
    lefts = [card.left for card in placed.cards] + [box.left for box in placed.groups]
    rights = [card.right for card in placed.cards]
    rights += [box.left + box.width for box in placed.groups]
    tops = [card.top for card in placed.cards] + [box.top for box in placed.groups]
    bottoms = [card.bottom for card in placed.cards]
    bottoms += [box.top + box.height for box in placed.groups]
    for edge in placed.edges:
        for stretch in edge.stretches:
            lefts.append(stretch.x)
            rights.append(stretch.x)
            tops.append(stretch.top)
            bottoms.append(stretch.bottom)
    assert min(lefts, default=0) >= 0
    assert min(tops, default=0) >= 0
    assert max(rights, default=0) <= placed.width
    assert max(bottoms, default=0) <= placed.height


def _lines_go_down_from_card_to_card(placed: PlacedFlow) -> None:
    by_name = {
        card.shows.name: card for card in placed.cards if isinstance(card.shows, DrawnVertex)
    }
    for edge in placed.edges:
        first, last = edge.stretches[0], edge.stretches[-1]
        sources = [card for card in placed.cards if _is_source(card, edge.edge.source)]
        starts = [(card.left + card.right) / 2 for card in sources if card.bottom == first.top]
        target = by_name[edge.edge.target]
        assert any(abs(x - first.x) < HAIR for x in starts)
        assert target.left < last.x < target.right
        assert last.bottom == pytest.approx(target.top)
        for stretch in edge.stretches:
            assert stretch.bottom >= stretch.top - HAIR
        for upper, lower in pairwise(edge.stretches):
            assert lower.top >= upper.bottom - HAIR
        assert last.bottom > first.top


def _is_source(card: PlacedCard, name: str) -> bool:
    if isinstance(card.shows, DrawnInput):
        return name == card.shows.key
    return name == card.shows.name


def _lines_run_over_no_card(placed: PlacedFlow) -> None:
    for edge in placed.edges:
        for stretch in edge.stretches:
            for card in placed.cards:
                passes = stretch.top < card.bottom - HAIR and stretch.bottom > card.top + HAIR
                assert not (passes and card.left < stretch.x < card.right)
        # Between stretches a line is a curve; it stays in the rectangle between their ends.
        for upper, lower in pairwise(edge.stretches):
            left, right = sorted((upper.x, lower.x))
            for card in placed.cards:
                beside = card.right <= left or card.left >= right
                above = card.bottom <= upper.bottom + HAIR or card.top >= lower.top - HAIR
                assert beside or above


def _boxes_hold_their_members_and_nothing_else(placed: PlacedFlow) -> None:
    for box in placed.groups:
        for card in placed.cards:
            is_member = isinstance(card.shows, DrawnVertex) and card.shows.group == box.group.name
            assert _is_within(card, box) if is_member else _is_outside(card, box)


def _is_within(card: PlacedCard, box: PlacedGroup) -> bool:
    return (
        card.left > box.left
        and card.right < box.left + box.width
        and card.top > box.top
        and card.bottom < box.top + box.height
    )


def _is_outside(card: PlacedCard, box: PlacedGroup) -> bool:
    beside = card.right < box.left or card.left > box.left + box.width
    return beside or card.bottom < box.top or card.top > box.top + box.height


def _cards_are_in_the_band_of_their_stage(placed: PlacedFlow) -> None:
    bands = {band.stage: band for band in placed.bands}
    ordered = [bands[stage] for stage in sorted(bands)]
    assert all(upper.bottom < lower.top for upper, lower in pairwise(ordered))
    for card in placed.cards:
        if isinstance(card.shows, DrawnVertex):
            band = bands[card.shows.stage]
            assert band.top - HAIR <= card.top < card.bottom <= band.bottom + HAIR


@given(drawn_flows())
@settings(max_examples=30)
def test_the_same_flow_gets_the_same_places(flow: DrawnFlow) -> None:
    assert lay_out_flow(flow) == lay_out_flow(flow)


@large
def test_arrow_heads_on_a_card_are_apart_and_in_the_order_of_their_lines(seed: int) -> None:
    placed = lay_out_flow(seeded_flow(50, seed))

    several = 0
    for vertex in placed.flow.vertices:
        arriving = [e.stretches for e in placed.edges if e.edge.target == vertex.name]
        arriving.sort(key=lambda stretches: stretches[-1].x)
        several += len(arriving) > 1
        for left, right in pairwise(arriving):
            assert right[-1].x - left[-1].x >= 8
            assert left[-2].x <= right[-2].x
    assert several > 5


def test_a_stage_that_is_too_wide_is_broken_into_rows_of_one_band() -> None:
    units = [UnitSize(1, 150.0, 46.0) for _ in range(40)] + [UnitSize(2, 150.0, 46.0)]

    assigned = assign_rows(units)

    *rows, last = assigned.stage_of_row
    counts = [list(assigned.rows[:40]).count(row) for row in range(len(rows))]
    assert (set(rows), last) == ({1}, 2)
    assert sum(counts) == 40
    assert max(counts) - min(counts) <= 1
    assert 2 <= max(counts) <= 1_500 // 150
    assert assigned.rows[40] == len(rows)


def test_in_a_broken_stage_lines_pass_few_rows() -> None:
    only_left = [UnitSize(1, 150.0, 46.0, is_entered=False) for _ in range(10)]
    only_entered = [UnitSize(1, 150.0, 46.0, is_left=False) for _ in range(10)]

    rows = assign_rows([*only_left, *only_entered]).rows

    assert max(rows[10:]) <= min(rows[:10])


def _chain(length: int, *, skips: dict[int, list[int]], input_users: list[int]) -> DrawnFlow:
    after = [[number + 1] for number in range(length - 1)] + [[]]
    for source, targets in skips.items():
        after[source] += targets
    before: list[list[int]] = [[] for _ in range(length)]
    for source, row in enumerate(after):
        for target in row:
            before[target].append(source)
    looks = [(False, True, "int", "")] * length
    return made_flow(Adjacency(after, before), [], [input_users], looks, name="chain")


def _users(found: StandInCards) -> list[list[str]]:
    return [[u for (_, u), k in found.card_for.items() if k == key] for key in found.cards]


def test_an_input_gets_another_card_for_users_far_below() -> None:
    found = StandInCards(_chain(9, skips={}, input_users=[0, 1, 2, 7, 8]))

    assert _users(found) == [["v0", "v1", "v2"], ["v7", "v8"]]
    assert [card.stage for card in found.cards.values()] == [0, 7]
    assert {card.shows.name for card in found.cards.values()} == {"i0"}


def test_a_vertex_whose_result_is_taken_far_below_is_named_there_again() -> None:
    near, far = VERTEX_REACH, 3 * VERTEX_REACH
    flow = _chain(far + 2, skips={0: [near, near + 1, far, far + 1]}, input_users=[])

    found = StandInCards(flow)

    assert _users(found) == [[f"v{near + 1}"], [f"v{far}", f"v{far + 1}"]]
    assert {card.shows.name for card in found.cards.values()} == {"v0"}
    _check_laws(lay_out_flow(flow))


def test_no_line_is_longer_than_a_reader_can_follow() -> None:
    everything = _chain(100, skips={n: [99] for n in range(98)}, input_users=[0, 50, 99])

    placed = lay_out_flow(everything)

    assert max(len(edge.stretches) for edge in placed.edges) <= 2 * VERTEX_REACH


def test_a_flow_without_vertices_is_drawn_all_the_same() -> None:
    placed = lay_out_flow(DrawnFlow("empty", (), (), (), (), 0))

    assert placed.width > 0
    assert placed.height > 0
