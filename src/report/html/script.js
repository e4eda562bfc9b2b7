"use strict";
// Tables: filter, sort, and a page of rows at a time. Without this script every row is simply there.
for (const table of document.querySelectorAll("table.data")) {
  const PAGE = 100;
  const body = table.tBodies[0];
  // Longer tables come in two parts; they are one table here.
  const rest = table.parentElement.nextElementSibling;
  const others = rest && rest.className === "rest" ? Array.from(rest.querySelector("tbody").rows) : [];
  const rows = Array.from(body.rows).concat(others).map((row) => ({ row }));
  if (others.length) rest.remove();
  // Read while nobody waits, or when it is asked for.
  const cells = (r) => r.cells || (r.cells = Array.from(r.row.cells, (c) => c.textContent));
  const text = (r) => r.text || (r.text = cells(r).join(" ").toLowerCase());
  let order = rows, shown = PAGE, column = -1, down = false, words = [];

  const make = (tag, text) => Object.assign(document.createElement(tag), { textContent: text || "" });
  const tools = make("div");
  tools.className = "tools";
  const label = make("label", "Filter " + table.dataset.name + " ");
  const input = make("input");
  input.type = "search";
  input.placeholder = "words, all must match";
  label.append(input);
  const count = make("span");
  count.className = "count";
  count.setAttribute("role", "status");
  const more = make("button", "Show " + PAGE + " more");
  const all = make("button", "Show all");
  more.type = all.type = "button";
  tools.append(label, count, more, all);
  table.parentElement.before(tools);

  function show() {
    const found = words.length ? order.filter((r) => words.every((w) => text(r).includes(w))) : order;
    const part = found.slice(0, shown);
    body.replaceChildren(...part.map((r) => r.row));
    count.textContent = part.length + " of " + found.length + " shown" + (words.length ? ", " + rows.length + " in all" : "");
    more.hidden = all.hidden = part.length === found.length;
  }

  function sort() {
    const way = down ? -1 : 1;
    const keys = rows.map((r) => ({ r, key: cells(r)[column] }));
    const numeric = keys.every((k) => k.key === "" || !isNaN(k.key));
    const compare = numeric
      ? (a, b) => (a.key === "") - (b.key === "") || way * (a.key - b.key)
      : (a, b) => a.key < b.key ? -way : a.key > b.key ? way : 0;
    order = keys.sort(compare).map((k) => k.r);
  }

  const heads = Array.from(table.tHead.rows[0].cells);
  heads.forEach((head, at) => {
    const button = make("button", head.textContent);
    button.type = "button";
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      down = column === at && !down;
      column = at;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      sort();
      show();
    });
  });
  input.addEventListener("input", () => {
    words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    shown = PAGE;
    show();
  });
  more.addEventListener("click", () => { shown += PAGE; show(); });
  all.addEventListener("click", () => { shown = Infinity; show(); });
  show();

  let read = 0;
  const idle = window.requestIdleCallback || ((work) => setTimeout(() => work({ timeRemaining: () => 8 }), 20));
  const prepare = (time) => {
    while (read < rows.length && time.timeRemaining() > 1) text(rows[read++]);
    if (read < rows.length) idle(prepare);
  };
  idle(prepare);
}
addEventListener("beforeprint", () => { for (const d of document.querySelectorAll("#cases details:not(.proof)")) d.open = true; });

// A button at each command that copies it.
for (const command of document.querySelectorAll("pre.command")) {
  if (!navigator.clipboard) break;
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Copy", className: "copy" });
  button.addEventListener("click", () => {
    navigator.clipboard.writeText(command.textContent.trim()).then(
      () => { button.textContent = "Copied"; },
      () => { button.textContent = "Not copied"; });
  });
  command.after(button);
}
