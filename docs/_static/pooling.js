// How windows lie on one axis and on two, in the words and by the rules of cypool.
// Nothing here knows of a page, so that tests can run it against the library.

/** The windows along an axis, or `{ error, ... }` where the library raises. */
export function axisWindows({ length, kernel, stride, padding, dilation, ceilMode }) {
  const reach = dilation * (kernel - 1) + 1;
  let before = padding;
  let after = padding;
  let out;
  if (padding === "same" || padding === "same_lower") {
    out = Math.ceil(length / stride);
    const total = Math.max((out - 1) * stride + reach - length, 0);
    before = padding === "same" ? Math.floor(total / 2) : Math.ceil(total / 2);
    after = total - before;
  } else {
    if (padding >= reach) return { error: "padding", reach };
    const room = length + before + after - reach;
    out = (ceilMode ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
    // A window that would start in the padding after the array is dropped.
    if (ceilMode && (out - 1) * stride >= length + before) out -= 1;
    if (out < 1) return { error: "fit", reach, padded: length + before + after, out };
  }
  const windows = Array.from({ length: out }, (_, number) => {
    const start = number * stride - before;
    const positions = Array.from({ length: kernel }, (_, tap) => start + tap * dilation);
    return {
      positions,
      inside: positions.filter((position) => position >= 0 && position < length),
      counted: positions.filter((position) => position >= -before && position < length + after),
    };
  });
  return { out, before, after, reach, windows };
}

/** The pooled form of `x`, an array of rows, with the divisor of every average. */
export function pool2d(x, { op, countIncludePad, height, width }) {
  const rows = axisWindows(height);
  const columns = axisWindows(width);
  if (rows.error || columns.error) return { error: rows.error ? rows : columns };
  const result = rows.windows.map((row) =>
    columns.windows.map((column) => {
      const values = row.inside.flatMap((i) => column.inside.map((j) => x[i][j]));
      if (op === "max") return { value: Math.max(...values), values };
      const sum = values.reduce((total, value) => total + value, 0);
      const divisor = countIncludePad
        ? row.counted.length * column.counted.length
        : values.length;
      return { value: divisor ? sum / divisor : countIncludePad ? 0 : NaN, values, sum, divisor };
    }),
  );
  return { rows, columns, result };
}
