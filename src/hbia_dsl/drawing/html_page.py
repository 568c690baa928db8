"""A flow as one HTML page: drawing, stages and source; nothing is loaded, nothing runs."""

from collections.abc import Iterable, Iterator
from typing import Final

from hbia_dsl.drawing.drawn_graph import DrawnFlow
from hbia_dsl.drawing.markup_text import escaped
from hbia_dsl.drawing.stage_table import (
    HEADINGS,
    group_lines,
    input_lines,
    result_line,
    stage_rows,
)
from hbia_dsl.drawing.svg_text import svg_of_flow

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Whatever might slip into a page: browsers load nothing for it and run no script of it."""

_STYLE: Final = """
:root{color-scheme:light dark;--line:#808a9859;--soft:#808a981f}
body{margin:0 auto;padding:1.5rem;max-width:110rem;font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.5rem;margin:0}
h2{font-size:1.1rem;margin:2rem 0 .5rem}
code,pre,td,th{font:13px/1.5 ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:1rem 0 0}
.facts dd{margin:0}
.drawing{margin:.5rem 0 0;padding:.5rem;overflow:auto}
.drawing{border:1px solid var(--line);border-radius:8px}
.drawing svg{display:block;margin:0 auto}
#whole:checked~.drawing svg{width:100%;height:auto}
.scroll{overflow:auto}
table{border-collapse:collapse}
th,td{text-align:left;vertical-align:top;padding:.25rem .8rem .25rem 0;white-space:nowrap}
tr{border-bottom:1px solid var(--line)}
td div{white-space:pre}
pre{overflow:auto;background:var(--soft);padding:1rem;border-radius:8px}
"""


def html_of_flow(flow: DrawnFlow, source: str) -> str:
    """Return a page about a flow.

    Args:
        flow: The flow.
        source: The flow as source code.
    """
    return "\n".join(_lines(flow, source)) + "\n"


def _lines(flow: DrawnFlow, source: str) -> Iterator[str]:
    name = escaped(flow.name)
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width">'
    yield '<link rel="icon" href="data:,">'
    yield f"<title>Flow {name}</title>\n<style>{_STYLE}</style>\n</head>\n<body>"
    yield f"<h1>{name}</h1>\n<p>{escaped(flow.summary)}</p>"
    yield '<dl class="facts">'
    yield from _fact("inputs", input_lines(flow))
    yield from _fact("groups", group_lines(flow))
    yield from _fact("result", [result_line(flow)])
    yield "</dl>"
    yield "<h2>Drawing</h2>"
    yield '<input type="checkbox" id="whole"> <label for="whole">fit into the page</label>'
    yield f'<figure class="drawing">\n{svg_of_flow(flow)}</figure>'
    yield from _table(flow)
    yield f"<h2>Source</h2>\n<pre><code>{escaped(source)}</code></pre>"
    yield "</body>\n</html>"


def _fact(name: str, lines: Iterable[str]) -> Iterator[str]:
    texts = "<br>".join(f"<code>{escaped(line)}</code>" for line in lines)
    if texts:
        yield f"<dt>{name}</dt><dd>{texts}</dd>"


def _table(flow: DrawnFlow) -> Iterator[str]:
    yield '<h2>Stages</h2>\n<div class="scroll">\n<table>\n<thead>\n<tr>'
    yield "".join(f"<th>{heading}</th>" for heading in HEADINGS)
    yield "</tr>\n</thead>\n<tbody>"
    for row in stage_rows(flow):
        cells = ("".join(f"<div>{escaped(line)}</div>" for line in cell) for cell in row.cells)
        yield "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
    yield "</tbody>\n</table>\n</div>"
