// Sorts <table data-sortable> by its header and filters rows by <input data-filter-for="id of the table">.
"use strict";

(() => {
  const MISSING = new Set(["", "–", "—", "-"]);
  const language = document.documentElement.lang || "en";
  const order = new Intl.Collator(language, { numeric: true, sensitivity: "base" });

  /** A number when it is one, else text; null when missing. data-value wins over what is shown. */
  function valueOf(row, column) {
    const cell = row.cells[column];
    if (!cell || MISSING.has(cell.textContent.trim()) || MISSING.has(cell.dataset.value?.trim())) return null;
    const value = cell.dataset.value ?? cell.textContent.trim();
    const number = Number(cell.dataset.value ?? value.replaceAll(",", ""));
    return Number.isNaN(number) ? value : number;
  }

  function compare(one, other) {
    if (typeof one === "number" && typeof other === "number") return one - other;
    return order.compare(String(one), String(other));
  }

  function sort(table, header, direction) {
    const sign = direction === "ascending" ? 1 : -1;
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => ({ row, value: valueOf(row, header.cellIndex) }));
    rows.sort((a, b) => {
      if (a.value === null || b.value === null) return (a.value === null) - (b.value === null); // last, both ways
      return sign * compare(a.value, b.value);
    });
    body.append(...rows.map(({ row }) => row));
    for (const other of table.tHead.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", direction);
  }

  function makeSortable(table) {
    if (!table.tHead || !table.tBodies.length || table.querySelector(".sort")) return;
    for (const header of table.tHead.rows[table.tHead.rows.length - 1].cells) {
      if (header.hasAttribute("data-nosort") || !header.textContent.trim()) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...header.childNodes);
      button.addEventListener("click", () => {
        sort(table, header, header.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending");
      });
      header.append(button);
    }
  }

  function filter(input) {
    const table = document.getElementById(input.dataset.filterFor);
    if (!table) return;
    const plain = (text) => text.normalize("NFKC").toLocaleLowerCase(language);
    const wanted = plain(input.value).split(/\s+/).filter(Boolean);
    const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
    for (const row of rows) {
      const text = plain(row.textContent);
      row.hidden = !wanted.every((word) => text.includes(word));
    }
    const count = document.querySelector(`[data-filter-count="${CSS.escape(table.id)}"]`);
    if (count) count.textContent = `${rows.filter((row) => !row.hidden).length} / ${rows.length}`;
  }

  function scan() {
    document.querySelectorAll("table[data-sortable]").forEach(makeSortable);
    for (const input of document.querySelectorAll("input[data-filter-for]")) {
      input.hidden = false;
      if (input.value) filter(input); // a browser keeps what was typed when one comes back
    }
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches?.("input[data-filter-for]")) filter(event.target);
  });
  document.addEventListener("htmx:afterSettle", scan);
  document.addEventListener("htmx:load", scan);
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", scan) : scan();
})();
