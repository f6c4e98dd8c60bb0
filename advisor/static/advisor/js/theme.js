// Applies the stored theme before the first paint: load it in <head>, without defer.
"use strict";

(() => {
  const words = () => JSON.parse(document.getElementById("page-words")?.textContent || "{}");
  const LABELS = { auto: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" };
  const ORDER = Object.keys(LABELS);
  const root = document.documentElement;
  let chosen = stored();

  function stored() {
    try {
      const theme = localStorage.getItem("theme");
      return ORDER.includes(theme) ? theme : "auto";
    } catch {
      return "auto"; // storage may be forbidden: the choice then lasts for this page
    }
  }

  function apply() {
    if (chosen === "auto") delete root.dataset.theme;
    else root.dataset.theme = chosen;
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.textContent = words()[LABELS[chosen]] || LABELS[chosen];
    }
  }

  function choose(theme) {
    chosen = theme;
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // as above
    }
    apply();
  }

  /** What is of no use without scripts is sent hidden and shown here. */
  function ready() {
    for (const node of document.querySelectorAll("[data-needs-js][hidden]")) node.hidden = false;
    apply();
  }

  apply();
  document.addEventListener("DOMContentLoaded", ready);
  document.addEventListener("htmx:load", ready);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-theme-toggle]")) choose(ORDER[(ORDER.indexOf(chosen) + 1) % ORDER.length]);
  });
  addEventListener("storage", (event) => {
    if (event.key !== "theme") return;
    chosen = stored();
    apply();
  });
})();
