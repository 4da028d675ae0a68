"""The drawings show the windows that the library pools."""

import doctest
import subprocess
import sys

import numpy as np
import pytest

import cypool

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("agg")

from matplotlib import pyplot as plt  # noqa: E402

from cypool import plot  # noqa: E402

X = np.arange(20.0).reshape(4, 5)
CALLS = [
    dict(kernel_size=2),
    dict(kernel_size=3, stride=2, padding=1),
    dict(kernel_size=(2, 3), stride=(1, 2), padding=((0, 1), (2, 0))),
    dict(kernel_size=2, stride=2, padding="same"),
    dict(kernel_size=2, stride=1, dilation=2),
    dict(kernel_size=3, stride=2, ceil_mode=True),
]


@pytest.fixture(autouse=True)
def no_figure_stays():
    yield
    plt.close("all")


def cells(ax):
    """The rows and columns of a drawn window, the outline aside."""
    return [tuple(int(v + 0.5) for v in patch.get_xy()[::-1]) for patch in ax.patches[:-1]]


def frame(film, number):
    """Draw one frame; Matplotlib would warn of a film that never began."""
    film._draw_was_started = True
    film._draw_frame(number)


@pytest.mark.parametrize("call", CALLS)
def test_marked_cells_give_the_window_s_maximum(call):
    result = cypool.max_pool2d(X, **call)
    for place in np.ndindex(*result.shape):
        marked = cells(plot.draw(X, **call, window=place))
        inside = [X[i, j] for i, j in marked if 0 <= i < 4 and 0 <= j < 5]
        assert max(inside) == result[place]
        assert len(marked) == np.prod(np.broadcast_to(call["kernel_size"], 2))


def test_a_window_in_the_wrong_place_is_noticed():
    result = cypool.max_pool2d(X, 2)
    assert max(X[i, j] for i, j in cells(plot.draw(X, 2, window=(0, 1)))) != result[0, 0]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("pool", [cypool.max_pool2d, cypool.avg_pool2d])
def test_an_animation_has_a_frame_for_each_window_and_fills_the_result(pool, call):
    figure = plt.figure()
    lines = []
    film = plot.animate(pool, X, **call, figure=figure, label=lambda i, j: f"{i} {j}")
    result = pool(X, **call)
    right = figure.axes[1]
    covers = len(right.patches)
    assert covers == result.size
    for number, place in enumerate(np.ndindex(*result.shape)):
        frame(film, number)
        lines.append(figure._supxlabel.get_text())
        assert sum(not patch.get_visible() for patch in right.patches) == number + 1
        assert lines[-1] == "{} {}".format(*place)
    assert [text.get_text() for text in right.texts] == [plot._short(v) for v in result.flat]


def test_an_animation_passes_options_on():
    film = plot.animate(cypool.lp_pool2d, X, 2, norm_type=1)
    frame(film, 0)
    assert film._fig.axes[1].texts[0].get_text() == "12"


def test_numbers_are_written_only_where_they_can_be_read():
    assert len(plot.draw(X, 2).texts) == X.size
    assert len(plot.draw(np.zeros((40, 40)), 2).texts) == 0
    assert len(plot.draw(X, 2, values=False).texts) == 0


def test_compare_shows_every_array_in_one_scale():
    figure = plot.compare(X, {"max": cypool.max_pool2d(X, 2), "avg": cypool.avg_pool2d(X, 2)})
    assert [ax.get_title() for ax in figure.axes] == ["x (4, 5)", "max (2, 2)", "avg (2, 2)"]
    assert {ax.images[0].get_clim() for ax in figure.axes} == {(0.0, 19.0)}
    plot.compare(np.zeros((4, 4, 3)), {"max": np.zeros((2, 2, 3))})


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: plot.draw(np.zeros(3), 2), ValueError, "`x` must have two axes, got (3,)"),
        (lambda: plot.draw(X.astype(complex), 2), TypeError, "`x` must have a bool, integer"),
        (lambda: plot.draw(X, 9), ValueError, "`kernel_size` must fit into the 4 elements"),
        (
            lambda: plot.draw(X, 2, window=(2, 0)),
            IndexError,
            "`window` must lie within the result's shape (2, 2), got (2, 0)",
        ),
        (lambda: plot.draw(X, 2, window=(-1, 0)), IndexError, "`window` must lie within"),
        (lambda: plot.compare(np.zeros(3), {}), ValueError, "`x` must be pictures: two axes"),
        (lambda: plot.compare(X, {"a": np.zeros(3)}), ValueError, "`pooled` must be pictures"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("name", plot.__all__)
def test_examples_print_what_they_show(name):
    function = getattr(plot, name)
    for test in doctest.DocTestFinder().find(function, name, globs={}):
        result = doctest.DocTestRunner().run(test)
        assert (result.failed, result.attempted > 0) == (0, True)


def test_cypool_itself_does_not_import_matplotlib():
    code = "import sys, cypool; sys.exit('matplotlib' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_matplotlib_the_error_says_what_to_install():
    code = "import sys; sys.modules['matplotlib'] = None\nimport cypool.plot"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "pip install 'cypool[plot]'" in run.stderr
