// The explorer's page: controls, two grids, and the sentence about the chosen window.
import { pool2d } from "./pooling.js";
import { WORDS } from "./explorer-words.js";

const words = document.documentElement.lang.startsWith("zh") ? WORDS.zh : WORDS.en;
const NUMBERS = {
  height: [1, 12, 5],
  width: [1, 12, 5],
  kernel: [1, 7, 3],
  stride: [1, 7, 2],
  padding: [0, 6, 1],
  dilation: [1, 4, 1],
};
const state = {
  ...Object.fromEntries(Object.entries(NUMBERS).map(([name, [, , value]]) => [name, value])),
  op: "max",
  ceilMode: false,
  countIncludePad: true,
  chosen: [0, 0],
  seed: 1,
};

/** An element with attributes and children. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** Digits that look random and are the same for everyone. */
function numbers() {
  let seed = state.seed * 2654435761;
  const digit = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * 10);
  };
  return Array.from({ length: 12 }, () => Array.from({ length: 12 }, digit));
}

const shown = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(2));
const list = (values) => values.join(", ");

function pooled() {
  const windows = (length) => ({
    length,
    kernel: state.kernel,
    stride: state.stride,
    padding: state.padding,
    dilation: state.dilation,
    ceilMode: state.ceilMode,
  });
  return pool2d(numbers(), {
    op: state.op,
    countIncludePad: state.countIncludePad,
    height: windows(state.height),
    width: windows(state.width),
  });
}

function call() {
  const options = [`stride=${state.stride}`];
  if (state.padding) options.push(`padding=${state.padding}`);
  if (state.dilation > 1) options.push(`dilation=${state.dilation}`);
  if (state.ceilMode) options.push("ceil_mode=True");
  if (state.op === "avg" && !state.countIncludePad) options.push("count_include_pad=False");
  return `cypool.${state.op}_pool2d(x, ${state.kernel}, ${options.join(", ")})`;
}

function formula(length) {
  const { kernel, stride, padding, dilation, ceilMode } = state;
  const [left, right] = ceilMode ? "⌈⌉" : "⌊⌋";
  return `${left}(${length} + 2·${padding} − ${dilation}·(${kernel} − 1) − 1) / ${stride}${right} + 1`;
}

function inputGrid({ rows, columns }) {
  const row = rows.windows[state.chosen[0]];
  const column = columns.windows[state.chosen[1]];
  const span = (axis, length) => {
    const last = axis.windows.at(-1).positions.at(-1);
    const end = Math.max(last, length + axis.after - 1);
    return Array.from({ length: end + axis.before + 1 }, (_, index) => index - axis.before);
  };
  const x = numbers();
  const table = make("table", { class: "grid" });
  for (const i of span(rows, state.height)) {
    const line = make("tr");
    for (const j of span(columns, state.width)) {
      const inside = i >= 0 && i < state.height && j >= 0 && j < state.width;
      const padding = i < state.height + rows.after && j < state.width + columns.after;
      const kind = inside ? "inside" : padding ? "padding" : "beyond";
      const read = row.positions.includes(i) && column.positions.includes(j);
      line.append(
        make("td", { class: `${kind}${read ? " read" : ""}` }, inside ? String(x[i][j]) : ""),
      );
    }
    table.append(line);
  }
  return table;
}

function outputGrid({ result }) {
  const table = make("table", { class: "grid", role: "grid", "aria-label": words.output });
  result.forEach((cells, i) => {
    const line = make("tr", { role: "row" });
    cells.forEach(({ value }, j) => {
      const chosen = i === state.chosen[0] && j === state.chosen[1];
      const attributes = {
        type: "button",
        tabindex: chosen ? 0 : -1,
        "data-place": `${i},${j}`,
        "aria-label": words.cell(i, j, shown(value)),
        onclick: () => choose(i, j, true),
        onkeydown: (event) => moveByKey(event, result),
      };
      const cell = { role: "gridcell", "aria-selected": String(chosen), class: chosen ? "read" : "" };
      line.append(make("td", cell, make("button", attributes, shown(value))));
    });
    table.append(line);
  });
  return table;
}

function moveByKey(event, result) {
  let [i, j] = state.chosen;
  if (event.key === "ArrowRight") j += 1;
  else if (event.key === "ArrowLeft") j -= 1;
  else if (event.key === "ArrowDown") i += 1;
  else if (event.key === "ArrowUp") i -= 1;
  else if (event.key === "Home") j = 0;
  else if (event.key === "End") j = result[0].length - 1;
  else return;
  event.preventDefault();
  if (result[i]?.[j]) choose(i, j, true);
}

function choose(i, j, focus) {
  state.chosen = [i, j];
  update();
  if (focus) parts.output.querySelector('[tabindex="0"]').focus();
}

function step(by) {
  const { result } = pooled();
  if (!result) return;
  const width = result[0].length;
  const count = result.length * width;
  const place = (state.chosen[0] * width + state.chosen[1] + by + count) % count;
  choose(Math.floor(place / width), place % width, false);
}

function sentence({ rows, columns, result }) {
  const [i, j] = state.chosen;
  const row = rows.windows[i];
  const column = columns.windows[j];
  const { value, values, sum, divisor } = result[i][j];
  const text = [`${words.window(i, j)} ${words.reads(list(row.inside), list(column.inside))}`];
  const outside = [
    [words.rows, row],
    [words.columns, column],
  ]
    .map(([name, { positions, inside }]) => [name, positions.filter((at) => !inside.includes(at))])
    .filter(([, positions]) => positions.length)
    .map(([name, positions]) => `${name} ${list(positions)}`);
  if (outside.length) text.push(words.outside(list(outside)));
  if (!values.length) text.push(words.nothing);
  else if (state.op === "max") text.push(words.maximum(list(values), shown(value)));
  else text.push(words.average(shown(sum), divisor, shown(value)));
  return text.join(" ");
}

function problem(error) {
  if (!error) return words.errorNumber;
  return error.error === "padding"
    ? words.errorPadding(error.reach)
    : words.errorFit(error.reach, error.padded);
}

function update() {
  const valid = Object.entries(NUMBERS).every(
    ([name, [low, high]]) =>
      Number.isInteger(state[name]) && state[name] >= low && state[name] <= high,
  );
  const answer = valid ? pooled() : {};
  parts.code.textContent = valid ? call() : "";
  parts.count.disabled = state.op !== "avg";
  if (!answer.result) {
    parts.input.replaceChildren();
    parts.output.replaceChildren();
    parts.sizes.replaceChildren();
    parts.say.textContent = problem(answer.error);
    parts.say.classList.add("wrong");
    return;
  }
  const { rows, columns, result } = answer;
  state.chosen = [
    Math.min(state.chosen[0], result.length - 1),
    Math.min(state.chosen[1], result[0].length - 1),
  ];
  parts.input.replaceChildren(inputGrid(answer));
  parts.output.replaceChildren(outputGrid(answer));
  parts.sizes.replaceChildren(
    make("div", {}, words.size(words.height, formula(state.height), rows.out)),
    make("div", {}, words.size(words.width, formula(state.width), columns.out)),
  );
  parts.say.textContent = sentence(answer);
  parts.say.classList.remove("wrong");
}

function numberField(name) {
  const [min, max] = NUMBERS[name];
  const input = make("input", {
    type: "number",
    id: `explorer-${name}`,
    min,
    max,
    value: state[name],
    oninput: (event) => {
      state[name] = event.target.value === "" ? NaN : Number(event.target.value);
      update();
    },
  });
  return make("div", {}, make("label", { for: input.id }, words[name]), input);
}

function checkField(name) {
  const input = make("input", {
    type: "checkbox",
    id: `explorer-${name}`,
    checked: state[name],
    onchange: (event) => {
      state[name] = event.target.checked;
      update();
    },
  });
  if (name === "countIncludePad") parts.count = input;
  return make("div", { class: "check" }, input, make("label", { for: input.id }, words[name]));
}

function opField() {
  const options = ["max", "avg"].map((op) => make("option", { value: op }, words[op]));
  const select = make(
    "select",
    {
      id: "explorer-op",
      onchange: (event) => {
        state.op = event.target.value;
        update();
      },
    },
    ...options,
  );
  return make("div", {}, make("label", { for: "explorer-op" }, words.op), select);
}

let timer = 0;
function slide(event) {
  if (timer) clearInterval(timer);
  timer = timer ? 0 : setInterval(() => step(1), 700);
  // A sentence that changes by itself would be read aloud without end.
  parts.say.setAttribute("aria-live", timer ? "off" : "polite");
  event.target.textContent = timer ? words.pause : words.play;
}

const parts = {
  input: make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": words.input }),
  output: make("div", { class: "scroll" }),
  sizes: make("div", { class: "sizes" }),
  say: make("p", { class: "say", "aria-live": "polite" }),
  code: make("code", { id: "explorer-code" }),
};

const button = (name, onclick) =>
  make("button", { type: "button", class: "btn btn-sm", id: `explorer-${name}`, onclick }, words[name]);

document.getElementById("explorer").replaceChildren(
  make(
    "fieldset",
    { class: "controls" },
    make("legend", {}, words.settings),
    ...Object.keys(NUMBERS).map(numberField),
    opField(),
    checkField("ceilMode"),
    checkField("countIncludePad"),
  ),
  make(
    "div",
    { class: "buttons" },
    button("previous", () => step(-1)),
    button("next", () => step(1)),
    button("play", slide),
    button("shuffle", () => {
      state.seed += 1;
      update();
    }),
  ),
  make(
    "div",
    { class: "grids" },
    make("div", {}, make("p", { class: "caption" }, words.input), parts.input),
    make("div", {}, make("p", { class: "caption" }, words.output), parts.output),
  ),
  parts.say,
  parts.sizes,
  make("p", {}, `${words.code}: `, parts.code),
);
update();
