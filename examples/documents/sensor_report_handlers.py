"""Handlers of `sensor_report.yaml`: four looks at the same readings, joined in one report."""

import asyncio
import statistics


def parse(readings: str) -> dict[str, object]:
    return {"values": [float(text) for text in readings.split()]}


async def measure_centre(values: list[float]) -> dict[str, object]:
    await asyncio.sleep(0)
    return {"mean": statistics.fmean(values), "median": statistics.median(values)}


def measure_spread(values: list[float]) -> dict[str, object]:
    return {"deviation": statistics.stdev(values)}


def find_outliers(
    values: list[float], deviation: float, most_deviations: float
) -> dict[str, object]:
    mean = statistics.fmean(values)
    far = most_deviations * deviation
    return {"outliers": [value for value in values if abs(value - mean) > far]}


async def draw_histogram(values: list[float], bins: int) -> dict[str, object]:
    await asyncio.sleep(0)
    low, width = min(values), (max(values) - min(values)) / bins
    counts = [0] * bins
    for value in values:
        counts[min(int((value - low) / width), bins - 1)] += 1
    lines = [f"{low + k * width:6.2f} {'#' * count}" for k, count in enumerate(counts)]
    return {"histogram": "\n".join(line.rstrip() for line in lines)}


def write_report(
    *,
    title: str,
    mean: float,
    median: float,
    deviation: float,
    outliers: list[float],
    histogram: str,
) -> dict[str, object]:
    lines = [
        title,
        f"mean {mean:.2f}, median {median:.2f}, deviation {deviation:.2f}",
        f"outliers: {', '.join(f'{value:g}' for value in outliers) or 'none'}",
        histogram,
    ]
    return {"report": "\n".join(lines)}
