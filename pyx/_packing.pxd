"""From Python's description of a call to a plan: names become numbers, and nothing is decided."""

from libc.string cimport memset

from _derived cimport size_of
from _plan cimport *


cdef inline int op_of(str name) except -1:
    return {"max": OP_MAX, "min": OP_MIN, "sum": OP_SUM}[name]


cdef inline int type_of(str name) except -1:
    return {
        "bool": UINT8, "int8": INT8, "uint8": UINT8, "int16": INT16, "uint16": UINT16,
        "int32": INT32, "uint32": UINT32, "int64": INT64, "uint64": UINT64,
        "float16": FLOAT16, "bfloat16": BFLOAT16, "float32": FLOAT32, "float64": FLOAT64,
    }[name]


cdef inline int lift_named(str name) except -1:
    return {
        "value": LIFT_VALUE, "absolute": LIFT_ABSOLUTE, "square": LIFT_SQUARE, "power": LIFT_POWER,
    }[name]


cdef inline int finish_named(str name) except -1:
    return {
        "value": FINISH_VALUE, "mean": FINISH_MEAN, "root": FINISH_ROOT,
        "half_even": FINISH_HALF_EVEN, "half_up": FINISH_HALF_UP, "floor": FINISH_FLOOR,
        "trunc": FINISH_TRUNC,
    }[name]


cdef inline int pack_plan(Plan* plan, dict fields) except -1:
    """Copy what a call says of itself; the rest of the plan is 0."""
    cdef int i
    memset(plan, 0, sizeof(plan[0]))
    plan.op = op_of(fields["op"])
    plan.input = type_of(fields["input"])
    plan.accumulator = type_of(fields["accumulator"])
    plan.output = type_of(fields["output"])
    plan.lift = lift_named(fields["lift"])
    plan.finish = finish_named(fields["finish"])
    plan.input_size = size_of(plan.input)
    plan.accumulator_size = size_of(plan.accumulator)
    plan.output_size = size_of(plan.output)
    plan.is_signed = plan.input in (INT8, INT16, INT32, INT64)
    plan.omit = fields["nan"] == "omit" and plan.input >= FLOAT16
    plan.byte_swapped = fields["byte_swapped"]
    plan.aligned = fields["aligned"]
    plan.power = fields["power"]
    plan.divisor = fields["divisor"]
    plan.outer_rank = len(fields["outer_shape"])
    plan.outer = 1
    for i in range(plan.outer_rank):
        plan.outer_shape[i] = fields["outer_shape"][i]
        plan.outer_in[i] = fields["outer_in"][i]
        plan.outer_out[i] = fields["outer_out"][i]
        plan.outer *= plan.outer_shape[i]
    plan.inner = fields["inner"]
    plan.inner_in = fields["inner_in"]
    plan.inner_out = fields["inner_out"]
    for i in range(3):
        pack_axis(&plan.axes[i], fields["axes"][i])
    return 0


cdef inline int pack_axis(Axis* axis, dict fields) except -1:
    """Copy the numbers of one axis."""
    axis.size = fields["size"]
    axis.out = fields["out"]
    axis.kernel = fields["kernel"]
    axis.stride = fields["stride"]
    axis.before = fields["before"]
    axis.dilation = fields["dilation"]
    axis.phase = fields["phase"]
    axis.count_first = fields["count_first"]
    axis.count_stop = fields["count_stop"]
    axis.stride_in = fields["stride_in"]
    axis.stride_out = fields["stride_out"]
    return 0
