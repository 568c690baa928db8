"""Handlers of `summarise.yaml`: a pipeline as for a language model, with a local stand-in."""

import asyncio
import hashlib
import re
from collections import Counter


def split(document: str, most_words: int) -> dict[str, object]:
    chunks: list[list[str]] = [[]]
    for sentence in re.findall(r"[^.!?]+[.!?]", document):
        words = sentence.split()
        if chunks[-1] and len(chunks[-1]) + len(words) > most_words:
            chunks.append([])
        chunks[-1] += words
    return {"chunks": [" ".join(chunk) for chunk in chunks]}


def count_words(chunks: list[str], stop_words: list[str]) -> dict[str, object]:
    words = re.findall(r"[a-z]+", " ".join(chunks).lower())
    return {"frequencies": dict(Counter(word for word in words if word not in stop_words))}


def pick_keywords(frequencies: dict[str, int], most: int) -> dict[str, object]:
    ranked = sorted(frequencies, key=lambda word: (-frequencies[word], word))
    return {"keywords": ranked[:most]}


async def summarise_chunks(chunks: list[str]) -> dict[str, object]:
    answers = await asyncio.gather(*(_ask_model(chunk) for chunk in chunks))
    return {
        "summaries": [text for text, _ in answers],
        "tokens": sum(tokens for _, tokens in answers),
    }


async def _ask_model(chunk: str) -> tuple[str, int]:
    """Stand in for a model: the first sentence says what the rest is about."""
    await asyncio.sleep(0)
    return chunk.partition(".")[0] + ".", len(chunk.split())


def join(
    title: str | None, summaries: list[str], keywords: list[str], tokens: int
) -> dict[str, object]:
    heading = title or f"About {', '.join(keywords)}"
    summary = f"{heading} ({tokens} tokens)\n" + "\n".join(f"- {text}" for text in summaries)
    return {"summary": summary, "digest": hashlib.sha256(summary.encode()).hexdigest()}
