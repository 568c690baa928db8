"""From declarations to a graph, or to every diagnostic at once."""
