"""
A window slides over an array
=============================

The window of 2×2 elements visits the array row by row. Each stop gives one element of the result.
"""

import numpy as np
from matplotlib import pyplot as plt

import cypool
from cypool import plot

x = np.array([[1, 3, 2, 1], [4, 8, 6, 5], [7, 2, 9, 0], [1, 3, 4, 6]])
figure = plt.figure(
    "A window of 2 by 2 slides over a grid of 4 by 4 numbers.",
    figsize=(7, 3.8),
    layout="constrained",
)
film = plot.animate(cypool.max_pool2d, x, 2, figure=figure)

# %%
# With stride 1 the same window overlaps its neighbours, and the result has nine elements.

figure = plt.figure(
    "The window moves by one element at a time.", figsize=(7, 3.8), layout="constrained"
)
film = plot.animate(cypool.max_pool2d, x, 2, stride=1, figure=figure)
