"""What the forms and colours of a drawing mean, in one line below it; only what occurs."""

from collections.abc import Iterator

from hbia_dsl.drawing.card_size import NOTE_SIZE, text_width
from hbia_dsl.drawing.drawn_graph import DrawnFlow
from hbia_dsl.drawing.edge_path import number


def legend(flow: DrawnFlow, left: float, height: float) -> Iterator[str]:
    """Return the legend of a drawing of a given height."""
    at, top = left, height - 26
    for text, sample in _entries(flow):
        place = f'x="{number(at + 0.5)}" y="{number(top)}" width="22" height="14"'
        yield sample.format(place=place)
        yield f'<text class="aside" x="{number(at + 30)}" y="{number(top + 11)}">{text}</text>'
        at += _width(text)


def legend_width(flow: DrawnFlow) -> float:
    """Return how wide the legend of a flow is."""
    return sum(_width(text) for text, _ in _entries(flow))


def _width(text: str) -> float:
    return 30 + text_width(text, NOTE_SIZE) + 18


def _entries(flow: DrawnFlow) -> Iterator[tuple[str, str]]:
    if any(drawn.is_used for drawn in flow.inputs):
        yield "input", _card("input", 7)
    if any(vertex.is_pure for vertex in flow.vertices):
        yield "pure", _card("pure", 3)
    if any(not vertex.is_pure for vertex in flow.vertices):
        yield "side effect", _card("effect", 3)
    if any(vertex.is_async for vertex in flow.vertices):
        yield "async", '<rect class="async" {place} rx="7"/>'
    if any(vertex.is_result for vertex in flow.vertices):
        yield "result", '<rect class="given" {place} rx="7"/>'
    if flow.groups:
        yield "atomic group", '<g class="group"><rect class="box" {place} rx="4"/></g>'


def _card(kind: str, radius: int) -> str:
    return f'<g class="card {kind}"><rect class="face" {{place}} rx="{radius}"/></g>'
