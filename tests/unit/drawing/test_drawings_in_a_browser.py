"""A browser shows the drawing and the page: every card in its place and colour, no complaint."""

import re
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import attrs
import pytest

from flow_drawings import HOSTILE_TEXTS, example_flow, seeded_flow
from hbia_dsl.drawing.drawn_graph import DrawnVertex
from hbia_dsl.drawing.flow_layout import lay_out_flow
from hbia_dsl.drawing.flow_reading import read_flow
from hbia_dsl.drawing.html_page import html_of_flow
from hbia_dsl.drawing.placed_flow import PlacedCard, PlacedFlow
from hbia_dsl.drawing.svg_text import svg_of_placed

BROWSER: Final = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
SWITCHES: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--enable-logging=stderr",
)

pytestmark = pytest.mark.skipif(BROWSER is None, reason="chromium is not installed")

Colour = tuple[int, int, int]
WHITE: Final = (255, 255, 255)
PURE: Final = (0xE9, 0xF2, 0xFB)
EFFECT: Final = (0xFD, 0xF0, 0xD9)
LINE: Final = (0x7F, 0x8B, 0x9B)
INPUT: Final = (0xEC, 0xEF, 0xF3)


@attrs.frozen
class Seen:
    """What the browser shows, and what it complains of."""

    pixel: Callable[[float, float], Colour]
    colours: int
    """How many different colours there are."""
    complaints: list[str]


@attrs.frozen
class Browser:
    """A browser with an empty profile."""

    folder: Path

    def show(self, content: str, width: float, height: float) -> Seen:
        """Open a page in a window of a given size."""
        page, picture = self.folder / "page.html", self.folder / "page.png"
        page.write_text(content, encoding="utf-8", errors="replace")
        size = f"--window-size={int(width) + 1},{int(height) + 1}"
        profile = f"--user-data-dir={self.folder / 'profile'}"
        done = subprocess.run(
            [str(BROWSER), *SWITCHES, size, profile, f"--screenshot={picture}", page.as_uri()],
            capture_output=True,
            text=True,
            check=True,
            timeout=50,
        )
        complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        rows = _pixels(picture.read_bytes())
        colours = {row[at : at + 3] for row in rows for at in range(0, len(row), 3)}
        return Seen(lambda x, y: _colour(rows, int(x), int(y)), len(colours), complaints)


def _colour(rows: list[bytes], x: int, y: int) -> Colour:
    red, green, blue = rows[y][3 * x : 3 * x + 3]
    return red, green, blue


def _pixels(png: bytes) -> list[bytes]:
    """Decode a PNG of three bytes a pixel; each row follows from the one above it."""
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert (depth, kind) in {(8, 2), (8, 6)}
    step = 3 if kind == 2 else 4
    data, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += length + 12
    raw = zlib.decompress(data)
    stride = width * step
    rows, above = [], bytearray(stride)
    for number in range(height):
        start = number * (stride + 1)
        row = bytearray(raw[start + 1 : start + 1 + stride])
        _unfilter(raw[start], row, above, step)
        rows.append(bytes(row) if step == 3 else _without_alpha(row))
        above = row
    return rows


def _without_alpha(row: bytearray) -> bytes:
    return bytes(value for place, value in enumerate(row) if place % 4 != 3)


def _unfilter(kind: int, row: bytearray, above: bytearray, step: int) -> None:
    for place in range(len(row)):
        left = row[place - step] if place >= step else 0
        corner = above[place - step] if place >= step else 0
        guess = (0, left, above[place], (left + above[place]) // 2, 0)[kind]
        if kind == 4:
            near = left + above[place] - corner
            guess = min((left, above[place], corner), key=lambda value: abs(near - value))
        row[place] = (row[place] + guess) & 0xFF


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(tmp_path)


def _page(content: str, background: str) -> str:
    return f'<!doctype html><body style="margin:0;background:{background}">{content}</body>'


def _colour_of(card: PlacedCard) -> Colour:
    if isinstance(card.shows, DrawnVertex):
        return PURE if card.shows.is_pure else EFFECT
    return INPUT


def _assert_cards_are_shown(seen: Seen, placed: PlacedFlow) -> None:
    for card in placed.cards:
        # Left of the letters, at half of the height.
        x, y = card.left + 7, (card.top + card.bottom) / 2
        assert seen.pixel(x, y) == _colour_of(card), card.key


@pytest.mark.parametrize(("background", "colour"), [("#fff", WHITE), ("#111", (17, 17, 17))])
def test_the_example_is_shown_on_light_and_on_dark_pages(
    browser: Browser, background: str, colour: Colour
) -> None:
    placed = lay_out_flow(read_flow(example_flow("library_census", "census")))

    seen = browser.show(_page(svg_of_placed(placed), background), placed.width, placed.height)

    assert seen.complaints == []
    assert seen.pixel(2, 2) == colour
    _assert_cards_are_shown(seen, placed)
    assert seen.colours > 50  # letters and lines are smoothed


def test_letters_stay_on_their_cards_and_lines_arrive_at_them(browser: Browser) -> None:
    flow = seeded_flow(12, 2, group_count=1)
    wide = tuple(attrs.evolve(vertex, returns="W" * 30) for vertex in flow.vertices)
    placed = lay_out_flow(attrs.evolve(flow, vertices=wide))

    seen = browser.show(_page(svg_of_placed(placed), "#fff"), placed.width, placed.height)

    for card in placed.cards:
        if isinstance(card.shows, DrawnVertex) and not card.shows.is_result:
            line = range(int(card.top) + 28, int(card.bottom) - 9)
            beside = {seen.pixel(card.right - 7, y) for y in line}
            inside = {seen.pixel(x, y) for x in _middle(card) for y in line}
            assert beside == {_colour_of(card)}
            assert len(inside) > 1
    assert placed.edges
    for edge in placed.edges:
        last = edge.stretches[-1]
        assert seen.pixel(last.x, last.bottom - 6) == LINE


def _middle(card: PlacedCard) -> range:
    return range(int(card.left) + 15, int(card.right) - 15)


@pytest.mark.parametrize("text", ["plain", "".join(HOSTILE_TEXTS[:4])])
def test_the_page_is_shown_without_a_complaint_whatever_is_in_it(
    browser: Browser, text: str
) -> None:
    flow = attrs.evolve(seeded_flow(6, 1), name=text)

    seen = browser.show(html_of_flow(flow, f"{text}\n"), 900, 900)

    assert seen.complaints == []
    assert seen.colours > 50


def test_a_page_that_complains_is_noticed(browser: Browser) -> None:
    seen = browser.show("<!doctype html><script>console.error('oh no')</script>", 100, 100)

    assert re.search("oh no", "".join(seen.complaints))
    assert seen.colours == 1
