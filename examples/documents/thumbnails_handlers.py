"""Handlers of `thumbnails.yaml`: grey images in the plain PGM form, shrunk by averaging.

Two vertices of the document share the handler `shrink`; constants tell them apart.
"""

import hashlib
from pathlib import Path


def decode(image: str) -> dict[str, object]:
    words = [word for line in image.splitlines() for word in line.partition("#")[0].split()]
    if words[:1] != ["P2"]:
        raise ValueError("that is no plain PGM image")
    width, height, _, *grey = map(int, words[1:])
    if len(grey) != width * height:
        raise ValueError("the image has too few pixels, or too many")
    return {"pixels": [grey[start : start + width] for start in range(0, len(grey), width)]}


def shrink(pixels: list[list[int]], factor: int) -> dict[str, object]:
    rows = range(0, len(pixels), factor)
    columns = range(0, len(pixels[0]), factor)
    return {"pixels": [[_average(pixels, y, x, factor) for x in columns] for y in rows]}


def hash_pixels(pixels: list[list[int]]) -> dict[str, object]:
    rows = b"".join(map(bytes, pixels))
    return {"digest": hashlib.sha256(rows).hexdigest()[:12]}


def store(
    folder: str, digest: str, medium: list[list[int]], small: list[list[int]]
) -> dict[str, object]:
    Path(folder).mkdir(exist_ok=True)
    files = []
    for size, pixels in (("medium", medium), ("small", small)):
        target = Path(folder) / f"{digest}-{size}.pgm"
        target.write_text(_encode(pixels), encoding="ascii")
        files.append(target.name)
    return {"files": files}


def _average(pixels: list[list[int]], top: int, left: int, size: int) -> int:
    block = [grey for row in pixels[top : top + size] for grey in row[left : left + size]]
    return sum(block) // len(block)


def _encode(pixels: list[list[int]]) -> str:
    rows = "\n".join(" ".join(map(str, row)) for row in pixels)
    return f"P2\n{len(pixels[0])} {len(pixels)}\n255\n{rows}\n"
