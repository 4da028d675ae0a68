"""
The border: what an average is divided by
=========================================

Windows of size 3, stride 2 and padding 1 reach past the array. The line below shows the sum of each window and its divisor, first with padding counted, then without.
"""

import numpy as np
from matplotlib import pyplot as plt

import cypool
from cypool import plot

x = np.array([[4, 1, 7, 2, 6], [3, 9, 5, 8, 1], [2, 6, 4, 7, 3], [8, 1, 9, 2, 5], [6, 3, 1, 4, 7]])
windows = {"kernel_size": 3, "stride": 2, "padding": 1}
sums = cypool.sum_pool2d(x, **windows)


def film_with(count_include_pad, title):
    means = cypool.avg_pool2d(x, **windows, count_include_pad=count_include_pad)

    def label(i, j):
        return f"{sums[i, j]} / {sums[i, j] / means[i, j]:.0f} = {means[i, j]:.2f}"

    figure = plt.figure(title, figsize=(7, 3.8), layout="constrained")
    options = {"label": label, "figure": figure, "interval": 1000}
    return plot.animate(
        cypool.avg_pool2d, x, **windows, **options, count_include_pad=count_include_pad
    )


film = film_with(count_include_pad=True, title="Every divisor is 9.")

# %%
# ``count_include_pad=False`` divides by the elements that are there: 4 at a corner, 6 at an edge, 9 inside.

film = film_with(count_include_pad=False, title="The divisors are 4, 6 and 9.")
