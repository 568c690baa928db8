"""The environment holds a number of workers that is none."""

import os

from hbia_dsl import Flow, vertex

os.environ["HBIA_MAX_WORKERS"] = "lots"


@vertex
def double(number: int) -> int:
    return number * 2


Flow.of("numbers", double).run(number=1)
