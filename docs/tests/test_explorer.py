"""The explorer computes what cypool computes, and is used by mouse and by keyboard."""

import json
import shutil
import subprocess

import numpy as np
import pytest

import cypool
from visits import DOCS

STATIC = DOCS / "_static"
NODE = shutil.which("node")
RUN = """
import {{ pool2d }} from "{module}";
let text = "";
for await (const part of process.stdin) text += part;
console.log(JSON.stringify(JSON.parse(text).map(({{ x, settings }}) => pool2d(x, settings))));
"""
CASES = 4000


def settings(rng):
    """Draw one case: an array, the script's settings, and cypool's arguments."""
    size = [int(n) for n in rng.integers(1, 13, 2)]
    kernel, stride, dilation = (int(rng.integers(1, limit)) for limit in (8, 8, 5))
    reach = dilation * (kernel - 1) + 1
    padding = (
        ["same", "same_lower"][rng.integers(2)] if rng.random() < 0.2 else int(rng.integers(0, 7))
    )
    if isinstance(padding, int) and rng.random() < 0.8:
        padding = min(padding, reach - 1)
    ceil, counted = (bool(flag) for flag in rng.integers(0, 2, 2))
    op = ["max", "avg"][rng.integers(2)]
    axis = {
        "kernel": kernel,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "ceilMode": ceil,
    }
    wanted = {
        "op": op,
        "countIncludePad": counted,
        "height": {"length": size[0], **axis},
        "width": {"length": size[1], **axis},
    }
    call = {
        "kernel_size": kernel,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "ceil_mode": ceil,
    }
    x = rng.integers(0, 10, size)
    return {"x": x.tolist(), "settings": wanted}, x, op, counted, call


def answers(cases):
    """What the page's script says."""
    if not NODE:
        pytest.skip("no Node.js here")
    script = RUN.format(module=(STATIC / "pooling.js").as_uri())
    command = [NODE, "--input-type=module", "--no-warnings", "-e", script]
    run = subprocess.run(
        command, input=json.dumps(cases), capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout)


def test_the_script_agrees_with_the_library():
    rng = np.random.default_rng(20261124)
    drawn = [settings(rng) for _ in range(CASES)]
    seen = {"max": 0, "avg": 0, "error": 0}
    for answer, (case, x, op, counted, call) in zip(
        answers([case for case, *_ in drawn]), drawn, strict=True
    ):
        try:
            shape = cypool.pool_output_shape(x.shape, **call)
        except ValueError as error:
            assert "error" in answer, (case, str(error))
            name = {"padding": "`padding`", "fit": "`kernel_size`"}[answer["error"]["error"]]
            assert str(error).startswith(name), (case, str(error))
            seen["error"] += 1
            continue
        result = answer["result"]
        assert shape == (len(result), len(result[0])), case
        values = np.array([[cell["value"] for cell in row] for row in result], dtype=float)
        if op == "max":
            expected = cypool.max_pool2d(x.astype(float), **call)
            # JSON has no infinity: the script's -Infinity of an empty window arrives as null.
            expected[np.isinf(expected)] = np.nan
        else:
            expected = cypool.avg_pool2d(x, **call, count_include_pad=counted)
            divisors = np.array([[cell["divisor"] for cell in row] for row in result])
            sums = cypool.sum_pool2d(x, **call)
            held = divisors > 0
            assert np.allclose(expected[held] * divisors[held], sums[held], rtol=1e-12), case
        assert np.allclose(values, expected, rtol=1e-12, equal_nan=True), case
        seen[op] += 1
    assert min(seen.values()) > 300, seen


def test_a_wrong_rule_would_be_noticed():
    """Without the rule for windows in the padding the sizes differ somewhere."""
    call = {"kernel_size": 2, "stride": 2, "padding": 1, "ceil_mode": True}
    assert cypool.pool_output_shape((5,), **call, axes=(0,)) == (3,)
    assert -(-(5 + 2 - 2) // 2) + 1 == 4


def test_both_languages_have_all_words():
    if not NODE:
        pytest.skip("no Node.js here")
    module = (STATIC / "explorer-words.js").as_uri()
    script = (
        f'import {{ WORDS }} from "{module}";'
        "const keys = Object.values(WORDS).map((words) => Object.keys(words).sort());"
        "console.log(JSON.stringify(keys))"
    )
    command = [NODE, "--input-type=module", "--no-warnings", "-e", script]
    first, second = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert first == second


@pytest.fixture
def explorer(watch):
    return watch("en/explorer.html").page


def output(page):
    return page.locator("#explorer [role=grid] button").all_text_contents()


def chosen(page):
    return page.locator('#explorer [role=grid] [tabindex="0"]').get_attribute("data-place")


def test_by_mouse(explorer):
    assert len(output(explorer)) == 9
    explorer.locator("#explorer-op").select_option("avg")
    explorer.locator("#explorer-ceilMode").check()
    explorer.locator("#explorer-height").fill("6")
    assert len(output(explorer)) == 12
    explorer.locator("#explorer-countIncludePad").uncheck()
    code = explorer.locator("#explorer-code").text_content()
    assert code == (
        "cypool.avg_pool2d(x, 3, stride=2, padding=1, ceil_mode=True, count_include_pad=False)"
    )
    explorer.locator('#explorer [data-place="1,2"]').click()
    assert chosen(explorer) == "1,2"
    assert (
        "Window (1, 2) reads rows 1, 2, 3 and columns 3, 4."
        in explorer.locator(".say").text_content()
    )
    explorer.locator("#explorer-next").click()
    assert chosen(explorer) == "2,0"
    before = output(explorer)
    explorer.locator("#explorer-shuffle").click()
    assert output(explorer) != before


def test_by_keyboard(explorer):
    explorer.locator("#explorer-height").focus()
    explorer.keyboard.press("ArrowUp")
    assert explorer.locator("#explorer-height").input_value() == "6"
    for _ in range(6):
        explorer.keyboard.press("Tab")
    assert explorer.evaluate("document.activeElement.id") == "explorer-op"
    explorer.keyboard.press("ArrowDown")
    assert explorer.locator("#explorer-code").text_content().startswith("cypool.avg_pool2d")
    explorer.keyboard.press("Tab")
    explorer.keyboard.press("Space")
    assert explorer.locator("#explorer-ceilMode").is_checked()
    explorer.locator('#explorer [data-place="0,0"]').focus()
    for key, place in [
        ("ArrowRight", "0,1"),
        ("ArrowDown", "1,1"),
        ("End", "1,2"),
        ("Home", "1,0"),
        ("ArrowLeft", "1,0"),
        ("ArrowUp", "0,0"),
        ("ArrowUp", "0,0"),
    ]:
        explorer.keyboard.press(key)
        assert chosen(explorer) == place
        assert explorer.evaluate("document.activeElement.dataset.place") == place


def test_what_cannot_be_is_explained(explorer):
    explorer.locator("#explorer-padding").fill("3")
    assert (
        "must be smaller than the window's extent of 3" in explorer.locator(".say").text_content()
    )
    assert output(explorer) == []
    explorer.locator("#explorer-padding").fill("0")
    explorer.locator("#explorer-kernel").fill("7")
    assert (
        "covers 7 elements and does not fit into the 5" in explorer.locator(".say").text_content()
    )
    explorer.locator("#explorer-kernel").fill("")
    assert "must be a whole number" in explorer.locator(".say").text_content()
    explorer.locator("#explorer-kernel").fill("2")
    assert len(output(explorer)) == 4


def test_the_window_slides_by_itself(explorer):
    explorer.locator("#explorer-play").click()
    explorer.wait_for_timeout(1600)
    explorer.locator("#explorer-play").click()
    place = chosen(explorer)
    assert place != "0,0"
    explorer.wait_for_timeout(900)
    assert chosen(explorer) == place


def test_in_chinese(watch):
    page = watch("zh_CN/explorer.html").page
    assert page.locator("#explorer-next").text_content() == "下一个窗口"
    assert "窗口 (0, 0) 读取" in page.locator(".say").text_content()
