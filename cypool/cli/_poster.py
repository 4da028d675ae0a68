"""One picture that shows a photograph and what pooling makes of it, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from cypool._typing import Array
    from cypool.cli._cases import Case

CELL = (600, 400)
COLUMNS = 3
MARGIN = 36
CAPTION = 44
HEADER = 118
FOOTER = 64
DETAIL = (322, 246, 96, 64)  # left, top, width and height of the spoon in the photograph
BACKGROUND, TEXT, MUTED, LABEL = "#101318", "#f4f1ea", "#98a0ad", "#101318cc"


@dataclass(frozen=True)
class Cell:
    """A picture of the size CELL with a title and a remark above it."""

    title: str
    remark: str
    image: Image.Image


def poster(photo: Array, results: dict[Case, Array], credit: str) -> Image.Image:
    """Draw the photograph, its halves, a detail of them, and every larger window."""
    half = {case: result for case, result in results.items() if case.stride == 2}
    large = {case: result for case, result in results.items() if case.stride != 2}
    cells = [
        Cell("The photograph", _size(photo), Image.fromarray(photo)),
        Cell("Stride 2", "300 x 200, at their true size", _halves(half)),
        Cell("The spoon", "2 x 2 windows from near", _details(photo, half)),
        *(_large(case, result) for case, result in large.items()),
    ]
    rows = -(-len(cells) // COLUMNS)
    width = COLUMNS * (CELL[0] + MARGIN) + MARGIN
    height = HEADER + rows * (CELL[1] + CAPTION + MARGIN // 2) + FOOTER
    canvas = Image.new("RGB", (width, height), BACKGROUND)
    _write(canvas, (MARGIN, 30), "cypool", 54, TEXT)
    _write(canvas, (MARGIN + 210, 58), "one photograph, pooled in ten ways", 28, MUTED)
    for index, cell in enumerate(cells):
        left = MARGIN + index % COLUMNS * (CELL[0] + MARGIN)
        top = HEADER + index // COLUMNS * (CELL[1] + CAPTION + MARGIN // 2)
        _place(canvas, cell, left, top)
    _write(canvas, (MARGIN, height - FOOTER + 16), credit, 22, MUTED)
    return canvas


def _place(canvas: Image.Image, cell: Cell, left: int, top: int) -> None:
    """Draw a cell, its picture in the middle of its place."""
    end = _write(canvas, (left, top + 4), cell.title, 28, TEXT)
    _write(canvas, (end + 16, top + 9), cell.remark, 22, MUTED)
    spare_x, spare_y = CELL[0] - cell.image.width, CELL[1] - cell.image.height
    canvas.paste(cell.image, (left + spare_x // 2, top + CAPTION + spare_y // 2))


def _large(case: Case, result: Array) -> Cell:
    """A result with pixels large enough to fill its cell."""
    words = {"max": "Maximum", "avg": "Average", "min": "Minimum"}
    image = Image.fromarray(result)
    factor = CELL[0] // image.width
    remark = f"{_size(result)}, enlarged {factor} times" if factor > 1 else _size(result)
    title = f"{words[case.op]} {case.kernel} x {case.kernel}"
    return Cell(
        title + (", stride 1" if case.stride == 1 else ""), remark, _enlarged(image, factor)
    )


def _halves(results: dict[Case, Array]) -> Image.Image:
    """Four results of half the size as they are."""
    return _quarters([(case.label, Image.fromarray(result)) for case, result in results.items()])


def _details(photo: Array, results: dict[Case, Array]) -> Image.Image:
    """The same small piece of the photograph and of its 2x2 results."""
    left, top, width, height = DETAIL
    piece = Image.fromarray(photo[top : top + height, left : left + width])
    pieces = [("photograph", _enlarged(piece, 3))]
    for case, result in results.items():
        if case.kernel == 2:
            small = result[top // 2 : (top + height) // 2, left // 2 : (left + width) // 2]
            pieces.append((case.label, _enlarged(Image.fromarray(small), 6)))
    return _quarters(pieces)


def _quarters(pictures: list[tuple[str, Image.Image]]) -> Image.Image:
    """Four labelled pictures in one cell."""
    sheet = Image.new("RGB", CELL, BACKGROUND)
    for index, (label, picture) in enumerate(pictures):
        corner = (
            index % 2 * (CELL[0] - picture.width),
            index // 2 * (CELL[1] - picture.height),
        )
        sheet.paste(picture, corner)
        _tag(sheet, corner, label)
    return sheet


def _tag(sheet: Image.Image, corner: tuple[int, int], label: str) -> None:
    """Name a picture in its own corner."""
    draw = ImageDraw.Draw(sheet, "RGBA")
    box = draw.textbbox((corner[0] + 10, corner[1] + 8), label, _font(18))
    draw.rounded_rectangle((box[0] - 6, box[1] - 5, box[2] + 6, box[3] + 5), 5, LABEL)
    draw.text((corner[0] + 10, corner[1] + 8), label, TEXT, _font(18))


def _enlarged(image: Image.Image, factor: int) -> Image.Image:
    """Repeat every pixel, so that each stays visible."""
    size = (image.width * factor, image.height * factor)
    return image.resize(size, Image.Resampling.NEAREST)


def _write(canvas: Image.Image, at: tuple[int, int], text: str, size: int, colour: str) -> int:
    """Draw a line of text and return where it ends."""
    draw = ImageDraw.Draw(canvas)
    draw.text(at, text, colour, _font(size))
    return at[0] + round(draw.textlength(text, _font(size)))


def _font(size: int) -> Any:
    """Pillow's own font, the same on every machine."""
    return ImageFont.load_default(size)


def _size(array: Array) -> str:
    """Width and height."""
    return f"{array.shape[1]} x {array.shape[0]}"
