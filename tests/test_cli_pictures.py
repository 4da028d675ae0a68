"""Pictures keep their mode and number type, labels stay labels, and hidden colours stay hidden."""

import struct
import zlib

import numpy as np
import pytest

import cypool
from command import Image, loaded, picture, refuse, succeed

HELD = {
    "png": ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"],
    "jpg": ["L", "RGB", "CMYK"],
    "tif": ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "LAB", "I;16", "I", "F"],
}
PAIRS = [(form, mode) for form, modes in HELD.items() for mode in modes]


@pytest.mark.parametrize("op", ["max", "min"])
@pytest.mark.parametrize(("form", "mode"), PAIRS)
def test_extrema_keep_everything(tmp_path, form, mode, op):
    picture(mode).save(tmp_path / f"x.{form}")
    before = loaded(tmp_path / f"x.{form}")
    succeed("pool", tmp_path / f"x.{form}", tmp_path / f"y.{form}", "--op", op, "-k", "2x3")
    after = loaded(tmp_path / f"y.{form}")
    want = getattr(cypool, f"{op}_pool2d")(np.asarray(before), (2, 3), axes=(0, 1))
    assert (after.mode, after.size) == (before.mode, (4, 5))
    if form != "jpg":
        np.testing.assert_array_equal(np.asarray(after), want, strict=True)
        assert after.getpalette() == before.getpalette()


@pytest.mark.parametrize(("form", "mode"), PAIRS)
def test_averages_keep_mode_and_dtype(tmp_path, form, mode):
    picture(mode).save(tmp_path / f"x.{form}")
    before = loaded(tmp_path / f"x.{form}")
    result = succeed("pool", tmp_path / f"x.{form}", tmp_path / f"y.{form}", "--op", "avg")
    after = loaded(tmp_path / f"y.{form}")
    assert after.mode == {"1": "L", "P": "RGB"}.get(mode, before.mode)
    assert ("note:" in result.stderr) == (mode in {"1", "P"})
    if form != "jpg" and mode not in {"LA", "RGBA"}:
        x = np.asarray(before.convert(after.mode) if after.mode != before.mode else before)
        want = cypool.avg_pool2d(x, 2, axes=(0, 1), dtype=x.dtype)
        np.testing.assert_array_equal(np.asarray(after), want, strict=True)


def test_labels_stay_labels(tmp_path):
    image = Image.fromarray(np.kron([[7, 3], [0, 9]], np.ones((4, 4))).astype("uint8"))
    image.putpalette(range(60))
    image.save(tmp_path / "x.png", transparency=3)
    result = succeed("pool", tmp_path / "x.png", tmp_path / "y.png", "-k", 4)
    after = loaded(tmp_path / "y.png")
    assert "palette kept" in result.stderr
    assert np.asarray(after).tolist() == [[7, 3], [0, 9]]
    assert after.info["transparency"] == 3


def test_a_palette_with_transparency_becomes_rgba(tmp_path):
    image = picture("P")
    image.save(tmp_path / "x.png", transparency=3)
    succeed("pool", tmp_path / "x.png", tmp_path / "y.png", "--op", "avg")
    assert loaded(tmp_path / "y.png").mode == "RGBA"


@pytest.mark.parametrize(("mode", "key", "after"), [("L", 5, "LA"), ("RGB", (1, 2, 3), "RGBA")])
def test_a_transparent_colour_becomes_alpha(tmp_path, mode, key, after):
    picture(mode).save(tmp_path / "x.png", transparency=key)
    result = succeed("pool", tmp_path / "x.png", tmp_path / "y.png")
    assert loaded(tmp_path / "y.png").mode == after
    assert "alpha channel" in result.stderr


@pytest.mark.parametrize(
    ("options", "want"),
    [([], (8, 100)), (["--rounding", "half_up"], (8, 101)), (["--rounding", "floor"], (7, 100))],
)
def test_invisible_colours_do_not_bleed(tmp_path, options, want):
    pixels = [[(10, 201), (6, 201)], [(250, 0), (99, 0)]]
    Image.fromarray(np.array(pixels, np.uint8)).save(tmp_path / "x.png")
    succeed("pool", tmp_path / "x.png", tmp_path / "y.png", "--op", "avg", *options)
    assert tuple(np.asarray(loaded(tmp_path / "y.png"))[0, 0]) in {want, (8, want[1])}


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_opaque_pictures_average_as_without_alpha(tmp_path, mode):
    image = picture(mode[:-1])
    image.putalpha(255)
    image.save(tmp_path / "x.png")
    succeed("pool", tmp_path / "x.png", tmp_path / "y.png", "--op", "avg", "-k", 3, "-s", 1)
    x = np.asarray(image)
    want = cypool.avg_pool2d(x, 3, 1, axes=(0, 1), dtype=x.dtype)
    np.testing.assert_array_equal(np.asarray(loaded(tmp_path / "y.png")), want)


def test_what_a_picture_cannot_hold(tmp_path):
    for mode in ("RGB", "RGBA", "I;16", "1", "P", "CMYK"):
        picture(mode).save(tmp_path / f"{mode[0:2]}{len(mode)}.tif")
    rgb = tmp_path / "RG3.tif"
    refuse(1, "use --op avg", "pool", rgb, tmp_path / "y.png", "--op", "sum")
    refuse(1, "use --op avg", "pool", rgb, tmp_path / "y.tif", "--op", "sum")
    refuse(1, "float64", "pool", rgb, tmp_path / "y.png", "--op", "lp")
    refuse(1, "mode RGBA", "pool", tmp_path / "RG4.tif", tmp_path / "y.jpg")
    refuse(1, "mode I;16", "pool", tmp_path / "I;4.tif", tmp_path / "y.jpg")
    refuse(1, "mode 1", "pool", tmp_path / "11.tif", tmp_path / "y.jpg")
    refuse(1, "mode P", "pool", tmp_path / "P1.tif", tmp_path / "y.jpg")
    refuse(1, "mode CMYK", "pool", tmp_path / "CM4.tif", tmp_path / "y.png")


def test_sums_and_arrays(tmp_path):
    image = picture("1")
    image.save(tmp_path / "x.png")
    succeed("pool", tmp_path / "x.png", tmp_path / "y.npy", "--op", "sum")
    want = cypool.sum_pool2d(np.asarray(image), 2)
    np.testing.assert_array_equal(np.load(tmp_path / "y.npy"), want, strict=True)


@pytest.mark.parametrize(
    ("dtype", "shape", "form", "mode"),
    [
        ("uint8", (8, 6), "png", "L"),
        ("uint8", (8, 6, 3), "jpg", "RGB"),
        ("uint16", (8, 6), "png", "I;16"),
        ("bool", (8, 6), "png", "1"),
        ("float32", (8, 6), "tif", "F"),
    ],
)
def test_arrays_become_pictures(tmp_path, dtype, shape, form, mode):
    np.save(tmp_path / "x.npy", np.ones(shape, dtype))
    succeed("pool", tmp_path / "x.npy", tmp_path / f"y.{form}", "--axes", "0,1")
    after = loaded(tmp_path / f"y.{form}")
    assert (after.mode, after.size) == (mode, (3, 4))


def test_16_bit_colour_is_not_cut_to_8(tmp_path):
    def chunk(name, data):
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", 2, 2, 16, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + bytes(12)) * 2)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", rows), chunk(b"IEND", b"")]
    (tmp_path / "x.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    refuse(1, "16 bits a channel", "pool", tmp_path / "x.png", tmp_path / "y.png")


def test_only_the_first_frame(tmp_path):
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "x.png", save_all=True, append_images=frames[1:])
    result = succeed("pool", tmp_path / "x.png", tmp_path / "y.png")
    assert "only the first of 2 frames" in result.stderr
