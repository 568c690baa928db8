"""Handlers of `nightly_scoring.yaml`: logistic regression by hand, published if it is good."""

import asyncio
import csv
import io
import json
import math
from pathlib import Path
from typing import Final

SCALE: Final = 10.0
"""Visits are divided by this, so that the descent needs few rounds."""


def load_history(history_csv: str) -> dict[str, object]:
    rows = list(csv.DictReader(io.StringIO(history_csv)))
    return {
        "features": [float(row["visits"]) / SCALE for row in rows],
        "labels": [int(row["stayed"]) for row in rows],
    }


async def load_tonight(tonight_csv: str) -> dict[str, object]:
    await asyncio.sleep(0)
    rows = list(csv.DictReader(io.StringIO(tonight_csv)))
    return {
        "customers": [row["customer"] for row in rows],
        "features": [float(row["visits"]) / SCALE for row in rows],
    }


def train(features: list[float], labels: list[int], rounds: int, rate: float) -> dict[str, object]:
    weight = bias = 0.0
    for _ in range(rounds):
        for feature, label in zip(features, labels, strict=True):
            error = label - _chance(feature, weight, bias)
            weight += rate * error * feature
            bias += rate * error
    return {"weight": weight, "bias": bias}


def evaluate(
    features: list[float], labels: list[int], weight: float, bias: float
) -> dict[str, object]:
    right = sum(
        (_chance(feature, weight, bias) >= 0.5) == bool(label)
        for feature, label in zip(features, labels, strict=True)
    )
    return {"accuracy": right / len(labels)}


def score(features: list[float], weight: float, bias: float) -> dict[str, object]:
    return {"scores": [round(_chance(feature, weight, bias), 3) for feature in features]}


async def publish(
    target: str, customers: list[str], scores: list[float], accuracy: float, least_accuracy: float
) -> dict[str, object]:
    if accuracy < least_accuracy:
        return {"published": 0}
    text = json.dumps(dict(zip(customers, scores, strict=True)), indent=2)
    await asyncio.to_thread(Path(target).write_text, text, encoding="utf-8")
    return {"published": len(customers)}


def _chance(feature: float, weight: float, bias: float) -> float:
    return 1 / (1 + math.exp(-(weight * feature + bias)))
