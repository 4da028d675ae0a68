"""
What maxima, minima and averages keep
=====================================

Maxima keep highlights and make them larger, minima keep shadows, averages keep the impression from afar.
"""

from importlib.resources import files

import numpy as np
from PIL import Image

import cypool
from cypool import plot

with files("cypool.cli").joinpath("data/coffee.jpg").open("rb") as file:
    photo = np.asarray(Image.open(file))[40:360, 140:460]
figure = plot.compare(
    photo,
    {
        "max": cypool.max_pool2d(photo, 10, axes=(0, 1)),
        "min": cypool.min_pool2d(photo, 10, axes=(0, 1)),
        "avg": cypool.avg_pool2d(photo, 10, axes=(0, 1), dtype=np.uint8),
    },
)

# %%
# A drawing of thin lines shows the difference best: black ink on white paper vanishes under maxima and grows under minima.

paper = np.full((96, 96), 255, dtype=np.uint8)
rows, columns = np.indices(paper.shape)
distance = np.hypot(rows - 48, columns - 48)
paper[np.abs(distance % 16 - 8) < 0.8] = 0
figure = plot.compare(
    paper,
    {
        "max": cypool.max_pool2d(paper, 4),
        "min": cypool.min_pool2d(paper, 4),
        "avg": cypool.avg_pool2d(paper, 4, dtype=np.uint8),
    },
)
