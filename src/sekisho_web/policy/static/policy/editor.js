// The grid of a draft by keyboard (a module): cells open where they stand and are saved one by one.
// Without this script every cell is a link to the form of its row, and every act a button.
const sheet = document.getElementById("sheet");
const plain = document.getElementById("plain");
let last = null; // the cell that the keyboard was on: its row and its place in it

const cellAt = (row, index) => document.getElementById(row)?.cells[index];
const linkOf = (cell) => cell?.querySelector("a");
const typed = (link) => {
  if (link.classList.contains("blank")) return "";
  const text = link.firstChild?.data ?? "";
  return link.parentElement.classList.contains("t") ? text.slice(2) : text;
};
const headOf = (cell) => sheet.tHead.rows[0].cells[cell.cellIndex];
const say = (text) => (document.getElementById("said").textContent = text);

function focusOn(cell) {
  const link = linkOf(cell);
  if (!link) return;
  link.focus({ preventScroll: true });
  link.scrollIntoView({ block: "nearest", inline: "nearest" });
}

// One stop for Tab; the arrows (of the frame) go from cell to cell.
function stop(link) {
  sheet.querySelector("a[tabindex='0']")?.setAttribute("tabindex", "-1");
  link.tabIndex = 0;
}
for (const link of sheet.querySelectorAll("tbody a")) link.tabIndex = -1;
const first = sheet.querySelector("tbody td a");
if (first) first.tabIndex = 0;

sheet.addEventListener("focusin", (event) => {
  const cell = event.target.closest("tbody td, tbody th");
  if (!cell) return;
  if (event.target.tagName === "A") stop(event.target);
  last = { row: cell.parentElement.id, index: cell.cellIndex };
  for (const id of ["tool-row", "paste-row"]) document.getElementById(id).value = last.row;
  if (cell.cellIndex) document.getElementById("paste-at").value = cell.cellIndex - 1;
});

// --- one cell is written where it stands ----------------------------------------------------
function open(cell, start) {
  const link = linkOf(cell);
  const before = typed(link);
  const input = document.createElement(before.includes("\n") ? "textarea" : "input");
  const head = headOf(cell);
  input.className = "in-place";
  input.value = start ?? before;
  input.autocomplete = "off";
  input.setAttribute("aria-label", `${cell.parentElement.id} ${head.innerText.replace(/\s+/g, " ")}`);
  if (head.dataset.list) input.setAttribute("list", head.dataset.list);
  link.hidden = true;
  cell.append(input);
  input.focus();
  if (start === undefined) input.select();
  let done = false;
  const close = (save, step) => {
    if (done) return;
    done = true;
    const text = input.value;
    input.remove();
    link.hidden = false;
    const next = step && beside(cell, step);
    if (save && text !== before) write(cell, text);
    if (step) focusOn(next || cell);
  };
  input.addEventListener("input", () => head.hasAttribute("data-several") && offer(input, head));
  input.addEventListener("blur", () => close(true));
  input.addEventListener("keydown", (event) => {
    event.stopPropagation(); // the arrows move in the text, not in the grid
    if (event.isComposing) return;
    const step = { Enter: [1, 0], Tab: [0, event.shiftKey ? -1 : 1], Escape: [0, 0] }[event.key];
    if (!step || (event.key === "Enter" && event.altKey)) return;
    event.preventDefault();
    close(event.key !== "Escape", step);
  });
}

// Behind 「A、」 the words that are left are offered.
function offer(input, head) {
  const cut = Math.max(...["、", ",", ":"].map((sign) => input.value.lastIndexOf(sign))) + 1;
  const written = input.value.slice(0, cut);
  let list = document.getElementById("words-here");
  if (!list) document.body.append((list = Object.assign(document.createElement("datalist"), { id: "words-here" })));
  const words = [...document.getElementById(head.dataset.list).options].map((one) => one.value);
  const left = cut ? words.filter((word) => word !== "－" && !word.endsWith(":") && !written.includes(word)) : words;
  list.replaceChildren(...left.map((word) => new Option(word, written + word)));
  input.setAttribute("list", "words-here");
}

// A row that was removed has no id, and nothing to write in.
function beside(cell, [down, right]) {
  let row = cell.parentElement;
  if (!down) return row.cells[cell.cellIndex + right];
  do row = down > 0 ? row.nextElementSibling : row.previousElementSibling;
  while (row && !row.id);
  return row?.cells[cell.cellIndex];
}

function write(cell, text) {
  const values = { head: sheet.dataset.head, row: cell.parentElement.id, at: cell.cellIndex - 1, value: text };
  const again = () => focusedAt(values) && focusOn(cellAt(values.row, values.at + 1));
  const failed = () => {
    say("保存できませんでした。通信を確かめて、もう一度書いてください。");
    open(cell, text);
  };
  const answered = (event) => {
    const status = event.detail.xhr?.status ?? 0;
    if (status === 409) {
      // the page that shows who wrote otherwise, with what was typed here
      for (const [name, value] of Object.entries(values)) plain.elements[name].value = value;
      plain.submit();
    } else if (status === 0 || (status > 399 && status !== 422)) failed();
  };
  cell.addEventListener("htmx:afterRequest", answered, { once: true });
  htmx
    .ajax("POST", plain.action, { source: cell, target: cell, swap: "outerHTML", values })
    .then(again);
}

// What was swapped lost the focus where it had it.
const focusedAt = ({ row, at }) =>
  last && last.row === row && last.index === at + 1 && !sheet.contains(document.activeElement);

document.body.addEventListener("saved", (event) => {
  sheet.dataset.head = event.detail.head ?? "";
  for (const input of document.querySelectorAll(".written input[name=head]")) input.value = sheet.dataset.head;
});
document.body.addEventListener("htmx:afterSwap", () => {
  const summary = document.querySelector("#judged .summary");
  if (summary) say(summary.innerText);
  for (const link of sheet.querySelectorAll("td a:not([tabindex])")) link.tabIndex = -1;
});

// --- keys and presses on the grid -----------------------------------------------------------
sheet.addEventListener("click", (event) => {
  const link = event.target.closest("td a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(link.parentElement);
});

sheet.addEventListener("keydown", (event) => {
  const cell = event.target.tagName === "A" && event.target.closest("td, tbody th");
  const down = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (cell && down) {
    event.preventDefault();
    event.stopPropagation();
    focusOn(beside(cell, [down, 0]));
  }
  if (!cell || cell.tagName === "TH" || event.altKey || event.metaKey) return;
  const plainKey = !event.ctrlKey;
  if (plainKey && ["Enter", "F2"].includes(event.key)) open(cell);
  else if (plainKey && event.key === "Delete") typed(linkOf(cell)) && write(cell, "");
  else if (plainKey && event.key === "Process") return open(cell, ""); // what an input method begins goes on in the cell
  else if (plainKey && event.key.length === 1 && event.key !== " ") open(cell, event.key);
  else return;
  event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
  const press = (selector) => {
    const button = document.querySelector(selector);
    if (!button) return;
    event.preventDefault();
    button.click();
  };
  if (event.ctrlKey && event.key.toLowerCase() === "z") {
    const to = document.querySelector("#judged .undo [name=to]");
    if (to && last) to.value = `${last.row}.${last.index - 1}`;
    press("#judged .undo button");
  } else if (event.ctrlKey && event.key === "Enter" && last) press(`#tools [value=${event.shiftKey ? "copy" : "add"}]`);
  else if (event.ctrlKey && event.key === "Delete" && last) press("#tools [value=remove]");
  else if (event.key === "F4" && last) press("#speaks");
});

// --- which rules speak here, without leaving the grid ----------------------------------------
document.getElementById("speaks")?.addEventListener("click", (event) => {
  event.preventDefault();
  const column = last?.index ? document.getElementById("paste-at").selectedOptions[0].text : "";
  const asked = new URLSearchParams({ row: document.getElementById("tool-row").value, column });
  htmx.ajax("GET", `${event.target.formAction}?${asked}`, { target: "#speaking", swap: "innerHTML" });
});

// --- a block from a spreadsheet: what it would change is shown first -------------------------
document.addEventListener("paste", (event) => {
  if (!last?.index || !sheet.contains(event.target) || event.target.tagName !== "A") return;
  const block = event.clipboardData.getData("text/plain");
  if (!block) return;
  event.preventDefault();
  document.getElementById("paste-block").value = block;
  document.getElementById("paste").submit();
});

// --- back from an act: the keyboard goes on where it was -------------------------------------
// After the browser has looked for the place itself, which takes the focus away.
addEventListener("load", () =>
  setTimeout(() => {
    const to = decodeURIComponent(location.hash.slice(1));
    const [row, at] = document.getElementById(to)?.cells ? [to, 0] : to.split(/\.(?=\d+$)/);
    if (to) focusOn(cellAt(row, Number(at ?? 0) + 1));
  }),
);
