"""Handlers of `shop_day.yaml`: what a small shop does with its till, morning and evening."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any


def count_float(coins: dict[str, int]) -> dict[str, object]:
    return {"float_cents": sum(int(cents) * count for cents, count in coins.items())}


async def open_till(journal: str, float_cents: int) -> dict[str, object]:
    line = f"opened with {float_cents / 100:.2f}"
    await asyncio.to_thread(_append, journal, line)
    return {"line": line}


def read_sales(sales: list[dict[str, Any]]) -> dict[str, object]:
    by_article: Counter[str] = Counter()
    for sale in sales:
        by_article[sale["article"]] += sale["cents"]
    return {"by_article": dict(by_article), "taken_cents": by_article.total()}


async def rank_articles(by_article: dict[str, int]) -> dict[str, object]:
    await asyncio.sleep(0)
    return {"ranking": sorted(by_article, key=lambda article: -by_article[article])}


def close_till(journal: str, taken_cents: int, ranking: list[str]) -> dict[str, object]:
    line = f"closed after {taken_cents / 100:.2f}, best seller {ranking[0]}"
    _append(journal, line)
    return {"line": line}


def _append(journal: str, line: str) -> None:
    with Path(journal).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
