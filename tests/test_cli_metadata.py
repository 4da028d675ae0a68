"""What pictures say of their pixels holds for the results, or is left out with a note."""

import json

import numpy as np
import pytest
from PIL import ExifTags, ImageCms

from command import Image, loaded, noise, picture, refuse, succeed, tifffile


@pytest.fixture
def pooled(tmp_path):
    """Write a TIFF, pool it, and return the result's first page, its series and the notes."""

    def pool(array, *options, output="y.tif", **tags):
        tifffile.imwrite(tmp_path / "x.tif", array, **tags)
        result = succeed("pool", tmp_path / "x.tif", tmp_path / output, *options, "--overwrite")
        return tmp_path / output, result.stderr

    return pool


def plane(dtype):
    """A picture's numbers."""
    return noise("uint8", (48, 64)).astype(dtype)


def page(path):
    """The first page and the metadata of a TIFF file that tifffile has nothing to say against."""
    with tifffile.TiffFile(path) as tiff:
        return tiff.pages.first, tiff.series[0], tiff


def ome(path):
    """The image of an OME-TIFF."""
    return tifffile.xml2dict(page(path)[2].ome_metadata)["OME"]["Image"]


DTYPES = ["uint8", "uint16", "float32", "float64"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("unit", [1, 2, 3])
def test_resolution(pooled, dtype, unit):
    options = ("-k", "5", "-s", "2x4", "-p", 2)
    tags = {"resolution": (10000, 5000), "resolutionunit": unit, "metadata": None}
    path, notes = pooled(plane(dtype), *options, **tags)
    assert page(path)[0].resolution == (2500, 2500)
    assert page(path)[0].resolutionunit == unit
    assert not notes


def test_resolution_of_an_axis_that_is_not_pooled(pooled):
    tags = {"resolution": (100, 100), "resolutionunit": "CENTIMETER", "photometric": "minisblack"}
    stack = noise("uint16", (4, 48, 64))
    assert page(pooled(stack, "--axes", "0,2", **tags)[0])[0].resolution == (50, 100)
    assert page(pooled(stack, "--axes=-3", **tags)[0])[0].resolution == (100, 100)


@pytest.mark.parametrize("form", ["png", "jpg", "tif"])
@pytest.mark.parametrize("before", ["png", "jpg", "tif"])
def test_dots_in_an_inch(tmp_path, before, form):
    picture("RGB").save(tmp_path / f"x.{before}", dpi=(300, 100))
    succeed("pool", tmp_path / f"x.{before}", tmp_path / f"y.{form}", "-k", "2x3")
    assert loaded(tmp_path / f"y.{form}").info["dpi"] == pytest.approx((100, 50), abs=0.1)


def test_a_picture_turned_upright_has_its_resolution_turned(pooled):
    tags = {"resolution": (10, 20), "resolutionunit": 3, "extratags": [(274, 3, 1, 6, True)]}
    path, _ = pooled(plane("uint8"), "-k", "2x4", **tags)
    want = np.rot90(plane("uint8"), -1).reshape(32, 2, 12, 4).max((1, 3))
    np.testing.assert_array_equal(tifffile.imread(path), want)
    assert page(path)[0].resolution == (5, 5)


def test_the_resolution_of_a_cameras_sensor(tmp_path):
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif).update({0xA20E: 600.0, 0xA20F: 500.0, 0x9003: "2026"})
    picture("RGB").save(tmp_path / "x.jpg", exif=exif.tobytes())
    succeed("pool", tmp_path / "x.jpg", tmp_path / "y.jpg", "-k", "2x3")
    camera = loaded(tmp_path / "y.jpg").getexif().get_ifd(ExifTags.IFD.Exif)
    assert (camera[0xA20E], camera[0xA20F]) == (200, 250)
    result = succeed("pool", tmp_path / "x.jpg", tmp_path / "y.tif", "--op", "lp")
    assert result.stderr == "note: left out: Exif and GPS data\n"


def test_few_dots_in_an_inch(tmp_path):
    picture("L").save(tmp_path / "x.jpg", dpi=(2, 2))
    succeed("pool", tmp_path / "x.jpg", tmp_path / "y.jpg", "-k", "5")
    assert "dpi" not in loaded(tmp_path / "y.jpg").info


def test_a_line_is_no_picture(tmp_path):
    np.save(tmp_path / "x.npy", np.ones(4, np.uint8))
    refuse(1, "cannot hold", "pool", tmp_path / "x.npy", tmp_path / "y.png", "--axes", "0")


def test_norms_of_a_png_keep_its_resolution(tmp_path):
    picture("RGB").save(tmp_path / "x.png", dpi=(300, 100))
    succeed("pool", tmp_path / "x.png", tmp_path / "y.tif", "--op", "lp")
    assert page(tmp_path / "y.tif")[0].resolution == pytest.approx((150, 50), abs=0.1)


@pytest.mark.parametrize("dtype", DTYPES)
def test_words_stay(pooled, dtype):
    texts = [(315, 2, 0, "Ann", True), (33432, 2, 0, "nobody", True), (271, 2, 0, "Maker", True)]
    tags = {"description": "A cell", "software": "mine", "extratags": texts, "metadata": None}
    path, notes = pooled(plane(dtype), datetime="2026:01:02 03:04:05", **tags)
    with tifffile.TiffFile(path) as tiff:
        found = [tiff.pages.first.tags[n].value for n in (270, 305, 306, 315, 33432, 271)]
    assert found == ["A cell", "mine", "2026:01:02 03:04:05", "Ann", "nobody", "Maker"]
    assert not notes


@pytest.mark.parametrize("dtype", DTYPES)
def test_shapes_are_those_of_the_result(pooled, caplog, dtype):
    tags = {"metadata": {"axes": "YX", "name": "A cell", "spacing": 2}}
    path, notes = pooled(plane(dtype), **tags)
    first, series, _ = page(path)
    assert json.loads(first.description) == {"shape": [24, 32], "axes": "YX", "name": "A cell"}
    assert (series.kind, series.shape) == ("shaped", (24, 32))
    assert notes == "note: left out: 'spacing' of the description\n"
    assert not caplog.records


def test_one_page_for_many(pooled):
    stack = noise("uint16", (4, 48, 64))
    path, _ = pooled(stack, photometric="minisblack", truncate=True)
    want = stack.reshape(4, 24, 2, 32, 2).max((2, 4))
    np.testing.assert_array_equal(tifffile.imread(path), want)


@pytest.mark.parametrize(
    ("description", "software", "what"),
    [
        ("<image width='64'/>", "", "a description in XML or JSON"),
        ("Aperio Image\n64x48 |MPP = 0.25", "", "the metadata of svs"),
        ("state.width=64", "SI.2026", "the metadata of scanimage"),
    ],
)
@pytest.mark.parametrize("output", ["y.tif", "y.png"])
def test_descriptions_that_may_state_sizes(pooled, description, software, what, output):
    tags = {"description": description, "software": software, "metadata": None}
    path, notes = pooled(plane("uint8"), output=output, **tags)
    assert notes == f"note: left out: {what}\n"
    assert 270 not in loaded(path).getexif()


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_imagej(pooled, dtype):
    metadata = {"unit": "um", "Info": "A cell", "xorigin": 8.0, "min": 3.0}
    tags = {"imagej": True, "resolution": (2, 4), "metadata": metadata}
    path, notes = pooled(plane(dtype), **tags)
    first, series, tiff = page(path)
    assert (series.kind, series.shape, first.resolution) == ("imagej", (24, 32), (1, 2))
    kept = tiff.imagej_metadata
    assert [kept[name] for name in ("unit", "Info", "xorigin", "min")] == ["um", "A cell", 4, 3]
    assert not notes


def test_an_imagej_stack(pooled):
    metadata = {"axes": "TZCYX", "unit": "um", "spacing": 1.5, "finterval": 3.0, "ROI": b"1"}
    metadata |= {"Labels": ["one"] * 12, "Ranges": [0.0, 9.0] * 3, "mode": "composite"}
    tags = {"imagej": True, "resolution": (2, 2), "metadata": metadata}
    stack = noise("uint16", (2, 2, 3, 48, 64))
    path, notes = pooled(stack, **tags)
    first, series, tiff = page(path)
    assert (series.axes, series.shape) == ("TZCYX", (2, 2, 3, 24, 32))
    assert first.resolution == (1, 1)
    assert (tiff.imagej_metadata["spacing"], tiff.imagej_metadata["finterval"]) == (1.5, 3)
    assert len(tiff.imagej_metadata["Labels"]) == 12
    assert notes == "note: left out: ROI of ImageJ\n"
    path, notes = pooled(stack, "-k", "2x2x2", "--axes", "1,3,4", **tags)
    kept = page(path)[2].imagej_metadata
    assert (kept["spacing"], kept["unit"], kept["mode"]) == (3, "um", "composite")
    assert len(kept["Ranges"]) == 6
    assert notes == "note: left out: Labels of ImageJ, ROI of ImageJ\n"
    path, notes = pooled(stack, "-k", "3", "--axes", "2", **tags)
    assert "Ranges" not in page(path)[2].imagej_metadata
    assert "Ranges of ImageJ" in notes


def test_an_imagej_stack_of_unknown_pages(pooled):
    tags = {"description": "ImageJ=1.5\nimages=5\nunit=um\n", "photometric": "minisblack"}
    path, _ = pooled(noise("uint8", (5, 48, 64)), metadata=None, **tags)
    assert page(path)[1].shape == (5, 24, 32)
    assert page(path)[2].imagej_metadata["unit"] == "um"


def test_what_imagej_cannot_hold(pooled):
    path, notes = pooled(plane("uint16"), "--op", "lp", imagej=True)
    assert page(path)[1].kind == "shaped"
    assert "left out: ImageJ metadata: the ImageJ format does not support data type 'd'" in notes


@pytest.mark.parametrize("dtype", DTYPES)
def test_ome(pooled, caplog, dtype):
    metadata = {"axes": "YX", "Name": "A cell", "PhysicalSizeX": 0.5, "PhysicalSizeXUnit": "nm"}
    path, notes = pooled(plane(dtype), "-k", "3x4", ome=True, metadata=metadata)
    assert page(path)[1].shape == (16, 16)
    image = ome(path)
    pixels = image["Pixels"]
    assert (image["Name"], pixels["SizeX"], pixels["SizeY"]) == ("A cell", 16, 16)
    assert (pixels["PhysicalSizeX"], pixels["PhysicalSizeXUnit"]) == (2, "nm")
    assert "PhysicalSizeY" not in pixels
    assert not notes
    assert not caplog.records


def test_an_ome_stack(pooled):
    metadata = {"axes": "ZCYX", "PhysicalSizeZ": 2.0, "Channel": {"Name": ["a", "b", "c"]}}
    metadata["Plane"] = {"PositionX": [0.0] * 12}
    stack = noise("uint16", (4, 3, 48, 64))
    path, notes = pooled(stack, "-k", "2", "--axes", "0", ome=True, metadata=metadata)
    pixels = ome(path)["Pixels"]
    assert (pixels["SizeZ"], pixels["PhysicalSizeZ"]) == (2, 4)
    assert [channel["Name"] for channel in pixels["Channel"]] == ["a", "b", "c"]
    assert notes == "note: left out: Plane of the OME-XML\n"
    path, notes = pooled(stack, "-k", "3", "--axes", "1", ome=True, metadata=metadata)
    assert "Name" not in ome(path)["Pixels"]["Channel"]
    assert "Channel of the OME-XML" in notes


def test_only_a_tiff_holds_formats(pooled):
    picture = plane("uint8")
    for tags, name in (({"imagej": True}, "ImageJ"), ({"ome": True}, "OME")):
        path, notes = pooled(picture, output="y.png", **tags)
        assert notes == f"note: left out: {name} metadata, which PNG has no place for\n"
        assert 270 not in loaded(path).getexif()
        assert not pooled(picture, output="y.npy", **tags)[1]


@pytest.mark.parametrize("form", ["png", "jpg", "tif"])
def test_one_channel_is_grey(tmp_path, form):
    image, profile = picture("RGB"), ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    image.save(tmp_path / "x.png", icc_profile=profile.tobytes())
    options = ("--axes", 2, "--kernel", 3)
    result = succeed("pool", tmp_path / "x.png", tmp_path / f"y.{form}", *options)
    after = loaded(tmp_path / f"y.{form}")
    assert (after.mode, after.size) == ("L", image.size)
    assert "icc_profile" not in after.info
    assert "left out: the colour profile" in result.stderr
    if form != "jpg":
        np.testing.assert_array_equal(np.asarray(after), np.asarray(image).max(2))


def test_one_deep_channel_is_grey(pooled):
    deep = noise("uint16", (48, 64, 3))
    path, _ = pooled(deep, "--axes", 2, "-k", 3, output="y.png", photometric="rgb")
    np.testing.assert_array_equal(np.asarray(Image.open(path)), deep.max(2))


@pytest.mark.parametrize(("planar", "shape"), [("contig", (48, 64, 8)), ("separate", (8, 48, 64))])
@pytest.mark.parametrize("channels", [4, 1])
def test_fewer_channels(pooled, planar, shape, channels):
    options = ("--axes", "0,1,2", "-k", "x".join(str({8: 8 // channels}.get(n, 2)) for n in shape))
    tags = {"photometric": "minisblack", "planarconfig": planar}
    path, _ = pooled(noise("uint16", shape), *options, **tags)
    want = {48: 24, 64: 32, 8: channels}
    assert page(path)[1].shape == tuple(want[n] for n in shape if want[n] > 1)
    assert page(path)[0].samplesperpixel == channels


def test_two_deep_channels_have_no_colour(pooled):
    path, _ = pooled(noise("uint16", (48, 64, 3)), "--axes", 2, "-k", 2, "-s", 1, photometric="rgb")
    first = page(path)[0]
    assert (first.shape, first.photometric.name) == ((48, 64, 2), "MINISBLACK")
