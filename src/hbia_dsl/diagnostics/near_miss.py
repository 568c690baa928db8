"""Names that a user may have meant: "did you mean"."""

from collections.abc import Iterable


def nearest(name: str, candidates: Iterable[str], *, most: int = 1) -> tuple[str, ...]:
    """Rank the candidates that resemble a name, most alike first.

    Args:
        name: What the user wrote.
        candidates: What could have been meant.
        most: How many to return at the most.

    Source:
        Ratcliff and Metzener, Pattern Matching: The Gestalt Approach, Dr. Dobb's
        Journal, 1988, as implemented by `difflib`.
    """
    import difflib  # loaded where it is used: only when a problem is reported

    unique = list(dict.fromkeys(candidates))
    folded = {candidate.casefold(): candidate for candidate in reversed(unique)}
    close = difflib.get_close_matches(name.casefold(), folded, n=most, cutoff=0.6)
    return tuple(folded[match] for match in close)


def did_you_mean(name: str, candidates: Iterable[str]) -> str | None:
    """Return "did you mean `x`?", or None if nothing is near."""
    match = nearest(name, candidates)
    return f"did you mean `{match[0]}`?" if match else None
