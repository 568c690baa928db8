"""A laid out flow as SVG: one text, no script, nothing loaded from elsewhere.

Letters are dark on light cards and everything else is of middle brightness, so the
picture can stand on light and on dark pages.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from hbia_dsl.drawing.card_size import BADGE_WIDTH, NAME_SIZE, NOTE_SIZE, text_width
from hbia_dsl.drawing.drawn_graph import (
    DrawnFlow,
    DrawnInput,
    DrawnReference,
    DrawnVertex,
    rules_of_group,
)
from hbia_dsl.drawing.edge_path import arrow_path, line_path, number
from hbia_dsl.drawing.flow_layout import (
    MARGIN,
    SUMMARY_SIZE,
    TITLE_SIZE,
    lay_out_flow,
)
from hbia_dsl.drawing.markup_text import escaped
from hbia_dsl.drawing.placed_flow import Band, PlacedCard, PlacedEdge, PlacedFlow, PlacedGroup
from hbia_dsl.drawing.svg_legend import legend

MOST_HOVERED: Final = 2_000
"""Up to this many edges, each has a wide invisible line that is easy to point at."""

_FONT: Final = (
    "ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"
)
STYLE: Final = f"""
.hbia-flow text{{font-family:{_FONT};font-size:{NOTE_SIZE:.0f}px;fill:#1d2733}}
.hbia-flow .aside{{fill:#757d88}}
.hbia-flow .title{{font-size:{TITLE_SIZE:.0f}px;font-weight:bold}}
.hbia-flow .summary{{font-size:{SUMMARY_SIZE:.0f}px}}
.hbia-flow .name{{font-size:{NAME_SIZE:.0f}px;font-weight:600}}
.hbia-flow .note{{fill:#475364}}
.hbia-flow .band{{fill:#808a98;fill-opacity:.07}}
.hbia-flow .face{{stroke-width:1.3}}
.hbia-flow .pure .face{{fill:#e9f2fb;stroke:#3f7cb8}}
.hbia-flow .effect .face{{fill:#fdf0d9;stroke:#b8770f}}
.hbia-flow .input .face{{fill:#eceff3;stroke:#8a94a3}}
.hbia-flow .far .face{{stroke-dasharray:4 3}}
.hbia-flow .result .face{{stroke-width:2.8}}
.hbia-flow .async{{fill:#6a4bb5}}
.hbia-flow .given{{fill:#1f7a4d}}
.hbia-flow .mark{{fill:#fff;font-size:10px}}
.hbia-flow .group>.box{{fill:#808a98;fill-opacity:.12;stroke:#7f8997;stroke-dasharray:6 4}}
.hbia-flow .group>.label{{fill:#dfe3e9;stroke:#7f8997}}
.hbia-flow .edge path{{fill:none;stroke:#7f8b9b;stroke-width:1.5}}
.hbia-flow .edge .head{{fill:#7f8b9b;stroke:none}}
.hbia-flow .edge .reach{{stroke:#000;stroke-opacity:0;stroke-width:11}}
.hbia-flow .edge:hover path{{stroke:#d9480f}}
.hbia-flow .edge:hover .head{{fill:#d9480f}}
.hbia-flow .card:hover .face{{stroke:#d9480f}}
"""


def svg_of_flow(flow: DrawnFlow) -> str:
    """Draw a flow as SVG.

    Types, rules and docstrings are shown when one points at a card or at a line.
    """
    return svg_of_placed(lay_out_flow(flow))


def svg_of_placed(placed: PlacedFlow) -> str:
    """Write a laid out flow as SVG."""
    return "\n".join(_lines(placed)) + "\n"


def _lines(placed: PlacedFlow) -> Iterator[str]:
    flow = placed.flow
    width, height = number(placed.width), number(placed.height)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="hbia-flow" role="img" '
        f'aria-label="Flow {escaped(flow.name)}: {escaped(flow.summary)}" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    )
    yield f"<style>{STYLE}</style>"
    after = number(MARGIN + text_width(flow.name, TITLE_SIZE) + 16)
    yield f'<text class="aside title" x="{number(MARGIN)}" y="34">{escaped(flow.name)}</text>'
    yield f'<text class="aside summary" x="{after}" y="34">{escaped(flow.summary)}</text>'
    for band in placed.bands:
        yield _band(band, placed.width)
    for group in placed.groups:
        yield f'<g class="group">{_box(group)}</g>'
    with_reach = len(placed.edges) <= MOST_HOVERED
    for edge in placed.edges:
        yield _edge(edge, with_reach=with_reach)
    for group in placed.groups:
        yield f'<g class="group">{_label(group, placed.edges)}</g>'
    for card in placed.cards:
        yield _card(card)
    yield from legend(flow, MARGIN, placed.height)
    yield "</svg>"


def _band(band: Band, width: float) -> str:
    top, bottom = band.top - 9, band.bottom + 9
    middle = number((top + bottom) / 2 + 4)
    left, across = number(MARGIN / 2), number(width - MARGIN)
    return (
        f'<rect class="band" x="{left}" y="{number(top)}" width="{across}" '
        f'height="{number(bottom - top)}" rx="8"/>'
        f'<text class="aside" x="{number(MARGIN)}" y="{middle}">stage {band.stage}</text>'
    )


def _box(placed: PlacedGroup) -> str:
    return (
        f'<rect class="box" x="{number(placed.left)}" y="{number(placed.top)}" '
        f'width="{number(placed.width)}" height="{number(placed.height)}" rx="12"/>'
    )


def _label(placed: PlacedGroup, edges: Sequence[PlacedEdge]) -> str:
    name = placed.group.name
    rules = ", ".join(rules_of_group(placed.group))
    width, top = text_width(name, NOTE_SIZE) + 16, placed.top - 9
    left = placed.left + 6
    doors = [p.x for e in edges for p in e.stretches if p.top == placed.top]
    if any(left < x < left + width for x in doors):
        # On the other side, if that hides no line.
        right = placed.left + placed.width - 6 - width
        left = left if any(right < x < right + width for x in doors) else right
    return (
        f"<title>atomic group {escaped(name)}: {escaped(rules)}</title>"
        f'<rect class="label" x="{number(left)}" y="{number(top)}" width="{number(width)}" '
        f'height="18" rx="9"/>'
        f'<text x="{number(left + 8)}" y="{number(top + 13)}">{escaped(name)}</text>'
    )


def _edge(placed: PlacedEdge, *, with_reach: bool) -> str:
    line = line_path(placed.stretches)
    reach = f'<path class="reach" d="{line}"/>' if with_reach else ""
    title = escaped("\n".join(placed.edge.lines()))
    return (
        f'<g class="edge"><title>{title}</title>{reach}<path d="{line}"/>'
        f'<path class="head" d="{arrow_path(placed.stretches)}"/></g>'
    )


def _card(card: PlacedCard) -> str:
    shown = card.shows
    if not isinstance(shown, DrawnVertex):
        return _stand_in(card, shown)
    text = card.text
    classes = f"card {'pure' if shown.is_pure else 'effect'}{' result' if shown.is_result else ''}"
    radius = text.height / 2 if shown.is_async else 6.0
    left, top = card.left, card.top
    parts = [
        f'<g class="{classes}"><title>{escaped(_about_vertex(shown))}</title>',
        _rect(card, radius),
        _text("name", left + 15, top + 20, text.name),
        _text("note", left + 15, top + 36, text.note),
    ]
    if shown.is_async:
        width = BADGE_WIDTH - 6
        parts.append(_mark("async", card.right - 14 - width, top + 8, width))
    if shown.is_result:
        parts.append(_mark("given", card.right - 38, card.bottom - 6, 46.0, "result"))
    return "".join([*parts, "</g>"])


def _stand_in(card: PlacedCard, shown: DrawnInput | DrawnReference) -> str:
    if isinstance(shown, DrawnReference):
        about, kind = f"{shown.name}, drawn above: {shown.type_text}", "input far"
    else:
        needed = "" if shown.required else ", optional"
        about, kind = f"input {shown.name}: {shown.type_text}{needed}", "input"
    return (
        f'<g class="card {kind}"><title>{escaped(about)}</title>'
        f"{_rect(card, card.text.height / 2)}"
        f'<text x="{number(card.left + 13)}" y="{number(card.top + 17)}">'
        f"{escaped(card.text.name)}</text></g>"
    )


def _rect(card: PlacedCard, radius: float) -> str:
    width, height = number(card.text.width), number(card.text.height)
    return (
        f'<rect class="face" x="{number(card.left)}" y="{number(card.top)}" '
        f'width="{width}" height="{height}" rx="{number(radius)}"/>'
    )


def _text(kind: str, left: float, line: float, text: str) -> str:
    return f'<text class="{kind}" x="{number(left)}" y="{number(line)}">{escaped(text)}</text>'


def _mark(kind: str, left: float, top: float, width: float, text: str = "") -> str:
    """Return a small dark label with light letters."""
    text = text or kind
    at = left + (width - text_width(text, 10.0)) / 2
    return (
        f'<rect class="{kind}" x="{number(left)}" y="{number(top)}" width="{number(width)}" '
        f'height="15" rx="7.5"/>'
        f'<text class="mark" x="{number(at)}" y="{number(top + 11)}">{text}</text>'
    )


def _about_vertex(vertex: DrawnVertex) -> str:
    facts = [vertex.kind, vertex.effect]
    if vertex.version is not None:
        facts.append(f"version {vertex.version}")
    if vertex.group is not None:
        facts.append(f"in atomic group {vertex.group}")
    lines = [f"{vertex.name}: {', '.join(facts)}"]
    if vertex.about:
        lines.append(vertex.about)
    lines += [f"takes {p.name}: {p.type_text} <- {p.source_text} ({p.rule})" for p in vertex.takes]
    lines += [f"gives {output.name}: {output.type_text}" for output in vertex.gives]
    return "\n".join(lines)
