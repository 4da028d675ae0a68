"""
A window slides over a photograph
=================================

A cup of coffee in 24 by 24 pixels of a photograph, and the averages of every 4×4 of them.
"""

from importlib.resources import files

import numpy as np
from matplotlib import pyplot as plt
from PIL import Image

import cypool
from cypool import plot

with files("cypool.cli").joinpath("data/coffee.jpg").open("rb") as file:
    photo = np.asarray(Image.open(file).convert("L"))
part = photo[60:300:10, 160:400:10]
figure = plt.figure(
    "A window of 4 by 4 slides over 24 by 24 pixels.", figsize=(7, 3.8), layout="constrained"
)
film = plot.animate(cypool.avg_pool2d, part, 4, figure=figure, interval=250)
