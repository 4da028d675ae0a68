"""TIFF files that only tifffile holds, and the metadata of all pictures."""

import numpy as np
import pytest
from PIL import ExifTags, ImageCms, JpegImagePlugin

import cypool
from command import Image, loaded, picture, refuse, succeed, tifffile


@pytest.mark.parametrize("after", ["png", "jpg", "tif"])
@pytest.mark.parametrize("before", ["png", "jpg", "tif"])
def test_metadata(tmp_path, before, after):
    exif, profile = Image.Exif(), ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif[ExifTags.Base.Orientation] = 3
    exif[ExifTags.Base.Copyright] = "nobody"
    exif.get_ifd(ExifTags.IFD.Exif).update({0xA002: 14, 0xA003: 10, 0x9003: "2026:01:02 03:04:05"})
    exif.get_ifd(ExifTags.IFD.GPSInfo)[1] = "N"
    picture("RGB").save(
        tmp_path / f"x.{before}", exif=exif.tobytes(), icc_profile=profile, dpi=(300, 300)
    )
    succeed("pool", tmp_path / f"x.{before}", tmp_path / f"y.{after}")
    image = loaded(tmp_path / f"y.{after}")
    kept = image.getexif()
    assert image.info["icc_profile"] == profile
    assert image.info["dpi"] == pytest.approx((150, 150), abs=0.1)
    assert kept[ExifTags.Base.Copyright] == "nobody"
    assert kept.get_ifd(ExifTags.IFD.GPSInfo)[1] == "N"
    camera = kept.get_ifd(ExifTags.IFD.Exif)
    assert (camera[0xA002], camera[0xA003]) == (7, 5)
    # Pillow turns the pixels of a TIFF itself.
    assert kept.get(ExifTags.Base.Orientation, 1) == (1 if "tif" in {before, after} else 3)


def test_a_jpeg_keeps_its_quality(tmp_path):
    picture("RGB", (64, 64)).save(tmp_path / "x.jpg", quality=40, subsampling=2, progressive=True)
    succeed("pool", tmp_path / "x.jpg", tmp_path / "y.jpg")
    before, after = loaded(tmp_path / "x.jpg"), loaded(tmp_path / "y.jpg")
    assert after.quantization == before.quantization
    assert JpegImagePlugin.get_sampling(after) == 2
    assert after.info["progressive"]


def test_a_new_jpeg_is_good(tmp_path):
    x = np.kron(np.arange(0, 256, 4, dtype=np.uint8).reshape(8, 8), np.ones((8, 8), np.uint8))
    Image.fromarray(x).save(tmp_path / "x.png")
    succeed("pool", tmp_path / "x.png", tmp_path / "y.jpg", "-k", 1)
    assert np.abs(np.asarray(loaded(tmp_path / "y.jpg")).astype(int) - x).max() <= 3


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "packbits", "group4"])
def test_a_tiff_keeps_its_compression(tmp_path, compression):
    picture("1").save(tmp_path / "x.tif", compression=compression)
    succeed("pool", tmp_path / "x.tif", tmp_path / "y.tif")
    assert loaded(tmp_path / "y.tif").info["compression"] == compression


STACKS = [
    ("uint16", (10, 14, 3), "rgb", (0, 1)),
    ("uint8", (4, 10, 14), "minisblack", (1, 2)),
    ("uint16", (4, 10, 14), "minisblack", (1, 2)),
    ("float32", (2, 4, 10, 14), "minisblack", (2, 3)),
    ("int8", (10, 14), "minisblack", (0, 1)),
    ("int16", (10, 14), "minisblack", (0, 1)),
    ("uint32", (10, 14), "minisblack", (0, 1)),
    ("float16", (10, 14), "minisblack", (0, 1)),
    ("float64", (10, 14), "minisblack", (0, 1)),
    ("uint8", (3, 10, 14, 3), "rgb", (1, 2)),
    ("float32", (10, 14, 3), "rgb", (0, 1)),
]


@pytest.mark.parametrize("op", ["max", "avg"])
@pytest.mark.parametrize(("dtype", "shape", "photometric", "axes"), STACKS)
def test_deep_and_many_paged_tiffs(tmp_path, dtype, shape, photometric, axes, op):
    x = (100 * np.random.default_rng(5).random(shape)).astype(dtype)
    tifffile.imwrite(tmp_path / "x.tif", x, photometric=photometric)
    succeed("pool", tmp_path / "x.tif", tmp_path / "y.tif", "--op", op)
    options = {"dtype": dtype} if op == "avg" else {}
    want = getattr(cypool, f"{op}_pool2d")(x, 2, axes=axes, **options)
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "y.tif"), want, strict=True)


def test_a_deep_tiff_with_alpha(tmp_path):
    x = np.zeros((2, 2, 4), np.uint16)
    x[0, 0], x[1, 1] = (40000, 200, 0, 65535), (65535, 65535, 65535, 0)
    tifffile.imwrite(tmp_path / "x.tif", x, photometric="rgb", extrasamples=["unassalpha"])
    succeed("pool", tmp_path / "x.tif", tmp_path / "y.tif", "--op", "avg")
    got = tifffile.imread(tmp_path / "y.tif")
    assert got.ravel().tolist() == [40000, 200, 0, 16384]


def test_white_is_zero(tmp_path):
    x = np.array([[[0, 200], [7, 9]]] * 2, np.uint8)
    tifffile.imwrite(tmp_path / "x.tif", x, photometric="miniswhite")
    succeed("pool", tmp_path / "x.tif", tmp_path / "y.npy")
    assert np.load(tmp_path / "y.npy").ravel().tolist() == [255, 255]


def test_pages_with_a_palette(tmp_path):
    colours = np.arange(768, dtype=np.uint16).reshape(3, 256)
    x = np.random.default_rng(6).integers(0, 256, (3, 10, 14), np.uint8)
    tifffile.imwrite(tmp_path / "x.tif", x, photometric="palette", colormap=colours)
    succeed("pool", tmp_path / "x.tif", tmp_path / "y.tif", "--op", "min")
    with tifffile.TiffFile(tmp_path / "y.tif") as after:
        np.testing.assert_array_equal(after.pages[0].colormap, colours)
        np.testing.assert_array_equal(after.asarray(), cypool.min_pool2d(x, 2))
    refuse(1, "only max and min", "pool", tmp_path / "x.tif", tmp_path / "z.tif", "--op", "avg")


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "CMYK"])
def test_norms_in_a_tiff(tmp_path, mode):
    image = picture(mode)
    image.save(tmp_path / "x.tif")
    succeed("pool", tmp_path / "x.tif", tmp_path / "y.tif", "--op", "lp")
    want = cypool.lp_pool2d(np.asarray(image), 2, 2, axes=(0, 1))
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "y.tif"), want, strict=True)
