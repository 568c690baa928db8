"""Writes digests of values whose order in memory depends on the hash seed."""

import decimal
import sys
import uuid
from pathlib import PurePosixPath

from hbia_dsl.cache.value_digest import digest_value
from value_kinds import Box, Colour, Node, Rights, Title

WORDS = [f"word {number}" for number in range(50)]
SAMPLES: list[object] = [
    set(WORDS),
    frozenset(WORDS),
    {word: {word, 1, None} for word in WORDS},
    [frozenset({(word, frozenset({word}))}) for word in WORDS],
    {frozenset(WORDS): 1},
    Box({Title(word) for word in WORDS}),
    {Colour.RED, Colour.GREEN, Rights.READ},
    {uuid.UUID(int=number) for number in range(30)},
    {PurePosixPath(word) for word in WORDS},
    {decimal.Decimal(number) / 7 for number in range(30)},
    Node(1, [Node(2, parent_name="a")]),
    {bytes([number]) * 600 for number in range(20)},
]

if __name__ == "__main__":
    sys.stdout.writelines(f"{digest_value(sample).hex()}\n" for sample in SAMPLES)
