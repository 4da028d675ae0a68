"""
A window slides
===============

Text.
"""

import matplotlib.pyplot as plt
import numpy as np

import cypool
from cypool import plot

x = np.array([[1, 3, 2, 1], [4, 8, 6, 5], [7, 2, 9, 0], [1, 3, 4, 6]])
figure = plt.figure("A window", figsize=(7, 3.8), layout="constrained")
film = plot.animate(cypool.max_pool2d, x, 2, figure=figure)
