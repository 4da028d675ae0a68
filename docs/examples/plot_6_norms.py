"""
Lp pooling: from the average to the maximum
===========================================

Divided by the number of elements, an Lp norm is a mean in which large values weigh the more, the larger p is. With p = 1 it is the average, with p = ∞ the maximum.
"""

from importlib.resources import files

import numpy as np
from PIL import Image

import cypool
from cypool import plot

with files("cypool.cli").joinpath("data/coffee.jpg").open("rb") as file:
    photo = np.asarray(Image.open(file).convert("L"), dtype=np.float32)[40:360, 140:460]
forms = {f"p = {p}": cypool.lp_pool2d(photo, p, 10) / 100 ** (1 / p) for p in (1, 4, 16)}
figure = plot.compare(photo, forms | {"p = ∞": cypool.lp_pool2d(photo, np.inf, 10)})
