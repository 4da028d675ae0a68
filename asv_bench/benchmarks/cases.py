"""Every row of the speed table as data: what is pooled, who else can, what must be reached."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

from .common import as_dtype

Pair = tuple[int, int]
Window = int | Pair

GRAPHS = ("onnxruntime", "openvino")
NETWORKS = ("torch", "torch-cl", *GRAPHS)
FILTERS = ("opencv", "scipy", "skimage")
ALL_PEERS = ("numpy", *NETWORKS, *FILTERS)
COPY = "np.copyto"


@dataclass(frozen=True)
class Case:
    """One pooling call."""

    op: str
    shape: tuple[int, ...]
    kernel: Pair
    stride: Pair
    padding: Pair = (0, 0)
    dilation: Pair = (1, 1)
    dtype: str = "float32"
    axes: Pair = (-2, -1)
    view: str = "whole"
    copy_first: bool = False
    threads: int | None = 1

    @property
    def positional(self) -> tuple[Window, ...]:
        """The window as one would write it: defaults left out, an int where both axes agree."""
        values = [self.kernel, self.stride, self.padding]
        if self.padding == (0, 0):
            values.pop()
            if self.stride == self.kernel:
                values.pop()
        return tuple(pair[0] if pair[0] == pair[1] else pair for pair in values)

    @property
    def channels_last(self) -> bool:
        """Whether the channels lie after the pooled axes."""
        return self.axes == (1, 2)

    @property
    def is_global(self) -> bool:
        """Whether one window covers each plane."""
        rows, columns = self.shape[self.axes[0]], self.shape[self.axes[1]]
        return self.kernel == (rows, columns) and self.padding == (0, 0)

    @property
    def keeps_dtype(self) -> bool:
        """Whether an average of integers must be asked to stay one."""
        return self.op == "avg" and as_dtype(self.dtype).kind in "iu"

    @property
    def input_bytes(self) -> int:
        """Size of the array below the view."""
        return prod(self.shape) * as_dtype(self.dtype).itemsize

    @property
    def window(self) -> str:
        """Write the window as people do: 3x3s2p1."""
        if self.is_global:
            return "global"
        text = "x".join(map(str, self.kernel))
        text += "s" + _pair(self.stride)
        if self.padding != (0, 0):
            text += "p" + _pair(self.padding)
        if self.dilation != (1, 1):
            text += "d" + _pair(self.dilation)
        return text


@dataclass(frozen=True)
class Rule:
    """A figure to reach: `subject` takes at most `limit` times the quickest of `against`."""

    against: tuple[str, ...]
    limit: float
    subject: str = "cypool"
    scale: float = 1.0

    @property
    def text(self) -> str:
        """Write the rule out: at least so many times faster, or at most so much time."""
        names = ", ".join(self.against) if len(self.against) <= 2 else "best peer"
        if self.is_speedup:
            return f">= {1 / self.limit:.3g}x {names}"
        return f"<= {self.limit:g}x {names}" + (" per byte" if self.scale != 1 else "")

    @property
    def is_speedup(self) -> bool:
        """Whether the rule reads better as a factor gained than as time spent."""
        return self.subject == "cypool" or (self.limit < 1 and self.against != (COPY,))


@dataclass(frozen=True)
class Row:
    """A case, the peers and cypool's own references timed beside it, and its rules."""

    family: str
    name: str
    case: Case
    peers: tuple[str, ...]
    rules: tuple[Rule, ...]
    beside: tuple[tuple[str, Case], ...] = ()
    accuracy: bool = False
    short: bool = False


def faster(times: float, *names: str) -> Rule:
    """Require cypool with a fresh result to be `times` faster than each of `names`."""
    return Rule(names, 1 / times)


def per_byte(case: Case, name: str, other: Case, limit: float) -> Rule:
    """Require a time per input byte within `limit` of that of `other`."""
    return Rule((name,), limit, "out=", case.input_bytes / other.input_bytes)


def square(op: str, shape: tuple[int, ...], k: int, s: int, p: int = 0) -> Case:
    """Build a case with the same window along both axes."""
    return Case(op, shape, (k, k), (s, s), (p, p))


def _pair(values: Pair) -> str:
    return str(values[0]) if values[0] == values[1] else "x".join(map(str, values))


def _networks() -> list[Row]:
    """Return the layers of real networks."""
    rows = []
    for op in ("max", "avg"):
        first = square(op, (64, 224, 224), 2, 2)
        goals = (Rule((COPY,), 0.75, "out="), faster(2.5, *GRAPHS), faster(1.2, "torch-cl"))
        rows.append(Row("networks", "64x224x224", first, ALL_PEERS, goals, accuracy=op == "avg"))
    for op in ("max", "avg"):
        stem = square(op, (8, 64, 112, 112), 3, 2, 1)
        rules = (faster(2.5, *GRAPHS), faster(1, "torch-cl"))
        rows.append(Row("networks", "8x64x112x112", stem, NETWORKS, rules))
    for shape, k, times in (
        ((8, 256, 28, 28), 3, 2.0),
        ((1, 256, 32, 32), 5, 2.5),
        ((1, 512, 20, 20), 13, 2.0),
    ):
        for op in ("max", "avg"):
            case = square(op, shape, k, 1, k // 2)
            name = "x".join(map(str, shape[shape[0] == 1 :]))
            rows.append(Row("networks", name, case, NETWORKS, (faster(times, *NETWORKS),)))
    for op in ("max", "avg"):
        case = square(op, (8, 2048, 7, 7), 7, 7)
        peers = ("numpy", *NETWORKS)
        rows.append(Row("networks", "8x2048x7x7", case, peers, (faster(1, *peers),)))
    return [replace(row, short=True) for row in rows]


def _large_windows() -> list[Row]:
    """Return stride 1 on one image, where the cost must not follow the window."""
    rows = []
    for op, family in (("max", "large windows, max"), ("avg", "large windows, avg")):
        five = square(op, (1024, 1024), 5, 1, 2)
        for k in (3, 5, 9, 15, 31, 63, 127):
            case = square(op, (1024, 1024), k, 1, k // 2)
            # Direct sums take minutes for the largest windows: nobody would use them.
            peers = (*(NETWORKS if k <= 9 else ()), "opencv", "scipy")
            rules = [faster(2.5 if op == "max" and k >= 31 else 1, "opencv")]
            beside = (("k = 5", five),) if k == 127 else ()
            if k == 127 and op == "max":
                rules.append(Rule(("k = 5",), 1.6, "out="))
            name = "1024x1024"
            accuracy = op == "avg"
            rows.append(Row(family, name, case, peers, tuple(rules), beside, accuracy, True))
    return rows


def _images() -> list[Row]:
    """Return the step of an image pyramid, the dtype kept."""
    rows = []
    for dtype in ("uint8", "uint16", "float32"):
        case = replace(square("avg", (4096, 4096), 2, 2), dtype=dtype)
        rules = (faster(1, "opencv"), faster(20, "skimage"))
        rows.append(Row("pyramid", "4096x4096", case, ALL_PEERS, rules, short=True))
    return rows


WINDOWS = ((2, 2, 0), (3, 2, 1), (5, 1, 2))


def _dtypes() -> list[Row]:
    """Return the other dtypes, each beside float32."""
    rows = []
    for dtype in ("float64", "uint8", "uint16", "int16", "float16", "bfloat16"):
        for k, s, p in WINDOWS:
            for op in ("max", "avg"):
                plain = square(op, (64, 224, 224), k, s, p)
                case = replace(plain, dtype=dtype)
                rules = (per_byte(case, "float32", plain, 1.5), faster(1, *ALL_PEERS))
                rows.append(
                    Row(
                        "dtypes",
                        "64x224x224",
                        case,
                        ALL_PEERS,
                        rules,
                        (("float32", plain),),
                        short=dtype == "uint8" or (dtype == "float16" and k == 3),
                    )
                )
    return rows


def _channels_last() -> list[Row]:
    """Return images and feature maps with the channels last, all of about 12.8 MB in float32."""
    sides = {1: 1792, 3: 1036, 4: 896, 16: 448, 64: 224}
    rows = []
    for dtype in ("float32", "uint8"):
        for k, s, p in WINDOWS:
            for op in ("max", "avg"):
                plain = replace(square(op, (), k, s, p), dtype=dtype, axes=(1, 2))
                wide = replace(plain, shape=(1, 224, 224, 64))
                for channels, side in sides.items():
                    case = replace(plain, shape=(1, side, side, channels))
                    rules = [faster(1, *ALL_PEERS)]
                    if channels == 3:
                        rules.append(per_byte(case, "C = 64", wide, 1.5))
                    beside = (("C = 64", wide),) if channels == 3 else ()
                    name = f"NHWC 1x{side}x{side}x{channels}"
                    short = channels == 3 and k == 3
                    rows.append(
                        Row("NHWC", name, case, ALL_PEERS, tuple(rules), beside, short=short)
                    )
    return rows


def _odd_windows() -> list[Row]:
    """Return strides without a fast path in most libraries, dilation and oblong windows."""
    shape = (16, 420, 420)
    cases = [square("max", shape, k, k) for k in (3, 4, 5, 7)]
    cases += [square("max", shape, k, s, k // 2) for k, s in ((5, 3), (7, 4), (9, 5), (11, 7))]
    cases += [Case("max", shape, kernel, kernel) for kernel in ((2, 7), (7, 2))]
    cases += [Case("max", shape, kernel, (1, 1)) for kernel in ((2, 7), (7, 2))]
    cases += [Case("max", shape, (3, 3), (s, s), dilation=(2, 2)) for s in (1, 2)]
    rows = []
    for case in cases:
        short = case.kernel in ((3, 3), (2, 7))
        for op in ("max", "avg"):
            rules = (faster(1, *ALL_PEERS),)
            one = replace(case, op=op)
            rows.append(
                Row("strides and windows", "16x420x420", one, ALL_PEERS, rules, short=short)
            )
    return rows


def _views() -> list[Row]:
    """Return views, each beside the same call on a contiguous copy made for it."""
    shapes = dict.fromkeys(("crop", "transposed", "x[..., ::2]", "reversed"), (8, 32, 224, 224))
    shapes["NHWC seen as NCHW"] = (8, 224, 224, 32)
    rows = []
    for view, shape in shapes.items():
        for k, s, p in WINDOWS:
            for op in ("max", "avg"):
                case = replace(square(op, shape, k, s, p), view=view)
                copied = replace(case, copy_first=True)
                rule = Rule(("copy first",), 1.0, "out=")
                short = k == 2
                beside = (("copy first", copied),)
                rows.append(Row("views", view, case, (), (rule,), beside, short=short))
    return rows


def _calls() -> list[Row]:
    """Return the smallest call, and two threads beside one."""
    rows = []
    for op in ("max", "avg"):
        case = replace(square(op, (8, 8), 2, 2), threads=None)
        peers = ("numpy", "torch", *GRAPHS, "opencv", "scipy", "skimage")
        rows.append(Row("calls", "8x8", case, peers, (faster(1, "torch"),), short=True))
    for k, times in ((15, 1.6), (2, 1.3)):
        for op in ("max", "avg"):
            one = square(op, (4096, 4096), k, 1 if k == 15 else 2, k // 2 if k == 15 else 0)
            two = replace(one, threads=2)
            rule = Rule(("1 thread",), 1 / times, "out=")
            beside = (("1 thread", one),)
            rows.append(Row("threads", "2 threads", two, (), (rule,), beside, short=True))
    return rows


ROWS: tuple[Row, ...] = (
    *_networks(),
    *_large_windows(),
    *_images(),
    *_dtypes(),
    *_channels_last(),
    *_odd_windows(),
    *_views(),
    *_calls(),
)
