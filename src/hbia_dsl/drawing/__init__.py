"""A flow drawn for people: SVG, HTML, Mermaid, Graphviz DOT, a table of stages."""
