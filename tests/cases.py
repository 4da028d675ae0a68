"""Windows to try: grids of small ones, thinned where a case is slow."""

import itertools
import os

import reference

LONG = os.environ.get("CYPOOL_TEST_PROFILE") == "long"


def fits(shape, axes=None, **geometry):
    """Whether at least one window fits, and every padding is below its effective kernel."""
    plan = reference.resolve(shape, **geometry, axes=axes or (-2, -1))
    small = all(
        max(step["before"], step["after"]) <= step["dilation"] * (step["kernel"] - 1)
        for step in plan
    )
    return small and all(step["out"] > 0 for step in plan)


def grid(shape, *, kernels=(1, 2, 3, 4, (2, 3)), paddings=(0,), dilations=(1, 2), limit=None):
    """All combinations that fit; `limit(kernel)` is the largest padding a peer accepts."""
    steps = (1, 2, 3, 5, None)
    for kernel, stride, padding, dilation, ceil_mode in itertools.product(
        kernels, steps, paddings, dilations, (False, True)
    ):
        how = dict(kernel_size=kernel, stride=stride, padding=padding, dilation=dilation)
        how["ceil_mode"] = ceil_mode
        too_wide = limit and padding > limit(min(reference.per_axis(kernel, 2)))
        if not too_wide and fits(shape, **how):
            yield how


def half(kernel):
    """PyTorch's limit of padding."""
    return kernel // 2


def thinned(cases, step):
    """Every `step`-th case, or in the long profile all of them."""
    return itertools.islice(cases, 0, None, 1 if LONG else step)
