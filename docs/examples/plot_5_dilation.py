"""
Dilation: windows with holes
============================

With ``dilation=2`` a window of 3×3 reads nine elements of the 5×5 that it spans.
"""

import numpy as np
from matplotlib import pyplot as plt

from cypool import plot

x = np.arange(49).reshape(7, 7) % 10
figure, axes = plt.subplots(1, 3, figsize=(9, 3.2), layout="constrained")
for dilation, ax in enumerate(axes, start=1):
    plot.draw(x, 3, stride=1, dilation=dilation, ax=ax)
    ax.set_title(f"dilation={dilation}")
