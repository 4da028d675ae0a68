"""Places on the earth and missing pixels."""

import numpy as np
import pytest

from command import noise, run, succeed, tifffile

SCALE = (33550, 12, 3, (10.0, 20.0, 0.0), True)
TIE = (33922, 12, 6, (0.0, 0.0, 0.0, 500000.0, 4000000.0, 0.0), True)
TIES = (33922, 12, 12, (0.0, 0.0, 0.0, 5e5, 4e6, 0.0, 64.0, 48.0, 0.0, 6e5, 3e6, 0.0), True)
MATRIX = (34264, 12, 16, (10.0, 1, 0, 5e5, 2, -20, 0, 4e6, 0, 0, 0, 0, 0, 0, 0, 1), True)
AREA, POINT = 1, 2

# The options, and where the middle of the first window lies, in x and y.
WINDOWS = [
    ("-k 2", 1, 1),
    ("-k 2x4", 2, 1),
    ("-k 3 -s 2 -p 1", 0.5, 0.5),
    ("-k 3 -s 2 -p 2:0x0:1", 1.5, -0.5),
    ("-k 5 -s 1", 2.5, 2.5),
    ("-k 2 -s 2 -d 3", 2, 2),
    ("-k 3 -s 2 -p same_lower", 0.5, 0.5),
    ("-k 2 --axes 1", 1, 0.5),
]


def keys(kind):
    """The keys of a projected picture whose places count from a corner or a middle."""
    entries = (1, 1, 0, 2, 1024, 0, 1, 1, 1025, 0, 1, kind)
    return [(34735, 3, len(entries), entries, True), (34737, 2, 0, "WGS 84|", True)]


def geo_tags(path):
    """The tags of the result."""
    with tifffile.TiffFile(path) as tiff:
        return {tag.code: tag.value for tag in tiff.pages.first.tags if tag.code > 33000}


def on_earth(tags, x, y, kind):
    """Where a place lies, whole numbers being corners of pixels."""
    x, y = (x, y) if kind == AREA else (x - 0.5, y - 0.5)
    if 34264 in tags:
        matrix = np.reshape(tags[34264], (4, 4))
        return (matrix @ (x, y, 0, 1))[:2]
    i, j, _, east, north, _ = tags[33922][:6]
    width, height = tags[33550][:2] if 33550 in tags else (1e5 / 64, 1e6 / 48)
    if 33550 not in tags:
        (i, j, _, east, north, _), (k, m, _, far, south, _) = np.reshape(tags[33922], (2, 6))
        width, height = (far - east) / (k - i), (north - south) / (m - j)
    return east + (x - i) * width, north - (y - j) * height


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
@pytest.mark.parametrize("kind", [AREA, POINT])
@pytest.mark.parametrize("tags", [[SCALE, TIE], [TIES], [MATRIX]], ids=["scale", "ties", "matrix"])
@pytest.mark.parametrize(("options", "x", "y"), WINDOWS, ids=[row[0] for row in WINDOWS])
def test_places(tmp_path, options, x, y, tags, kind, dtype):
    tags = [*tags, *keys(kind)]
    tifffile.imwrite(
        tmp_path / "x.tif", noise("uint8", (48, 64)).astype(dtype), extratags=tags, metadata=None
    )
    result = succeed("pool", tmp_path / "x.tif", tmp_path / "y.tif", *options.split())
    before, after = geo_tags(tmp_path / "x.tif"), geo_tags(tmp_path / "y.tif")
    strides = {"2x4": (4, 2), "--axes": (2, 1), "-s 1": (1, 1)}
    dx, dy = next((step for name, step in strides.items() if name in options), (2, 2))
    for i in (0, 7):
        want = on_earth(before, x + dx * i, y + dy * i, kind)
        assert on_earth(after, i + 0.5, i + 0.5, kind) == pytest.approx(want, rel=1e-12)
    if 33550 in after:
        assert after[33922][:3] == (0, 0, 0)
    assert (after[34735], after[34737]) == (before[34735], before[34737])
    assert not result.stderr


def test_tags_that_are_broken(tmp_path):
    tags = [(33550, 12, 1, (1.0,), True), (33922, 12, 5, (1.0,) * 5, True)]
    tifffile.imwrite(tmp_path / "x.tif", noise("uint8", (48, 64)), extratags=tags, metadata=None)
    result = succeed("pool", tmp_path / "x.tif", tmp_path / "y.tif")
    assert result.stderr == "note: left out: GeoTIFF metadata that cannot be read\n"
    assert not geo_tags(tmp_path / "y.tif")


def test_a_png_has_no_place(tmp_path):
    tags = [SCALE, TIE, *keys(AREA)]
    tifffile.imwrite(tmp_path / "x.tif", noise("uint8", (48, 64)), extratags=tags, metadata=None)
    result = succeed("pool", tmp_path / "x.tif", tmp_path / "y.png")
    assert result.stderr == "note: left out: GeoTIFF metadata, which PNG has no place for\n"


GDAL = [
    ("<GDALMetadata><Item name='unit'>m</Item></GDALMetadata>", "max", True),
    ("<GDALMetadata><Item name='unit'>m</Item></GDALMetadata>", "sum", False),
    ("<GDALMetadata><Item name='STATISTICS_MEAN'>3</Item></GDALMetadata>", "max", False),
]


@pytest.mark.parametrize(("words", "op", "kept"), GDAL)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gdals_words(tmp_path, dtype, words, op, kept):
    tags = [(42112, 2, 0, words, True), (50844, 12, 2, (1.0, 2.0), True)]
    tifffile.imwrite(
        tmp_path / "x.tif", noise("uint8", (48, 64)).astype(dtype), extratags=tags, metadata=None
    )
    result = succeed("pool", tmp_path / "x.tif", tmp_path / "y.tif", "--op", op)
    assert geo_tags(tmp_path / "y.tif").get(42112) == (words if kept else None)
    assert "left out: rational polynomial coefficients" in result.stderr
    assert ("GDAL's metadata" in result.stderr) != kept


@pytest.fixture
def missing(tmp_path):
    """Pool a picture of which some pixels are missing; give the result and the notes."""

    def pool(dtype, *options, value="-9999", output="y.tif"):
        x = np.array([[1, 2, 3, -9999], [3, 6, -9999, -9999], [-9999] * 4, [-9999] * 4], dtype)
        tags = [(42113, 2, 0, value, True)]
        tifffile.imwrite(tmp_path / "x.tif", x, extratags=tags, metadata=None)
        result = succeed("pool", tmp_path / "x.tif", tmp_path / output, "--overwrite", *options)
        return tmp_path / output, result.stderr

    return pool


@pytest.mark.parametrize("output", ["y.tif", "y.npy"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int16"])
def test_missing_pixels_are_told_of(missing, dtype, output):
    _, notes = missing(dtype, "--op", "avg", output=output)
    assert notes.startswith("note: pixels of the declared nodata value -9999 were pooled as num")
    assert ("convert the picture to floating point" in notes) == (dtype == "int16")
    assert notes.endswith("add --nan-policy omit\n")
    assert not missing(dtype, "--op", "avg", value="-1")[1]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("op", "want"), [("avg", 3), ("max", 6), ("min", 1), ("sum", 12)])
def test_missing_pixels_are_left_out(missing, dtype, op, want):
    path, notes = missing(dtype, "--op", op, "--nan-policy", "omit")
    assert tifffile.imread(path).tolist() == [[want, 3], [-9999, -9999]]
    assert geo_tags(path)[42113] == "-9999"
    assert not notes


def test_sums_have_no_missing_pixels(missing):
    path, notes = missing("float64", "--op", "sum")
    assert 42113 not in geo_tags(path)
    assert "left out: the nodata value -9999" in notes
    path, notes = missing("float64", "--op", "lp")
    assert "--nan-policy" not in notes
    how = ("--op", "sum", "--dtype", "float32", "--nan-policy", "omit")
    path, notes = missing("int16", *how)
    assert 42113 not in geo_tags(path)  # They were summed: integers have nothing to be left out.
    assert "pooled as numbers" in notes


def test_only_windows_of_missing_pixels_are_missing(tmp_path):
    x = np.array([[np.inf, -np.inf, -9999, np.nan], [1, -9999, -9999, -9999]], np.float32)
    tags = [(42113, 2, 0, "-9999", True)]
    tifffile.imwrite(tmp_path / "x.tif", x, extratags=tags, metadata=None)
    how = ("--op", "sum", "--nan-policy", "omit")
    succeed("pool", tmp_path / "x.tif", tmp_path / "y.tif", *how)
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "y.tif"), [[np.nan, -9999]])


def test_integers_stay_numbers(missing):
    path, notes = missing("int16", "--nan-policy", "omit")
    assert tifffile.imread(path).tolist() == [[6, 3], [-9999, -9999]]
    assert "pooled as numbers" in notes


@pytest.mark.parametrize("value", ["nan", "none"])
def test_values_that_no_pixel_can_have(missing, value):
    path, notes = missing("float32", value=value)
    assert not notes
    assert geo_tags(path)[42113] == value


def test_complex_numbers_are_the_files_fault(tmp_path):
    tifffile.imwrite(tmp_path / "x.tif", np.ones((8, 8), np.complex64))
    assert run("pool", tmp_path / "x.tif", tmp_path / "y.tif").exit_code == 1
