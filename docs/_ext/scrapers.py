"""How the gallery shows animations: as pictures that move, which a script lets readers stop."""

import logging
from pathlib import Path, PurePosixPath

import matplotlib.pyplot as plt
from matplotlib.animation import FuncAnimation, PillowWriter

logging.getLogger("matplotlib.animation").setLevel(logging.WARNING)

IMAGE = """
.. image:: /{path}
   :alt: {alt}
   :class: film

"""


class Film(PillowWriter):
    """Frames in one WebP file without loss, which is small for flat colours."""

    def finish(self):
        """Write the file."""
        first, *others = self._frames
        times = {"duration": int(1000 / self.fps), "loop": 0}
        first.save(self.outfile, save_all=True, append_images=others, lossless=True, **times)


def animations(_block, block_vars, gallery_conf):
    """Save what a block has animated; the figure's label becomes the alternative text."""
    known = block_vars["example_globals"]
    text = ""
    for name in [name for name, value in known.items() if isinstance(value, FuncAnimation)]:
        film = known.pop(name)
        figure = film._fig  # noqa: SLF001  Matplotlib has no public way from one to the other
        path = Path(next(block_vars["image_path_iterator"])).with_suffix(".webp")
        film.save(path, writer=Film(fps=1000 / film._interval), dpi=72)  # noqa: SLF001
        inside = path.relative_to(gallery_conf["src_dir"])
        text += IMAGE.format(path=PurePosixPath(inside), alt=figure.get_label())
        plt.close(figure)
    return text
