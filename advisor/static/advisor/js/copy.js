// <button data-copy="#id"> copies that element's value or text, <button data-copy="text"> the text itself.
"use strict";

(() => {
  const words = JSON.parse(document.getElementById("page-words")?.textContent || "{}");
  const say = (text) => words[text] || text;
  const BACK_MS = 2000;

  function textOf(wanted) {
    const node = /^#[\w-]+$/.test(wanted) ? document.getElementById(wanted.slice(1)) : null;
    return node ? node.value ?? node.textContent.trim() : wanted;
  }

  async function copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    // plain http on another host has no clipboard object
    const field = document.createElement("textarea");
    field.value = text;
    field.setAttribute("readonly", "");
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (!done) throw new Error("refused");
    return undefined;
  }

  function tell(button, text) {
    const before = (button.dataset.label ??= button.textContent);
    let live = document.getElementById("copy-status");
    if (!live) {
      live = document.createElement("span");
      live.id = "copy-status";
      live.className = "only-heard";
      live.setAttribute("role", "status");
      document.body.append(live);
    }
    button.textContent = live.textContent = text;
    clearTimeout(Number(button.dataset.timer));
    button.dataset.timer = setTimeout(() => {
      button.textContent = before;
      live.textContent = "";
    }, BACK_MS);
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button[data-copy]");
    if (!button) return;
    try {
      await copy(textOf(button.dataset.copy));
      tell(button, say("Copied"));
    } catch {
      tell(button, say("Not copied"));
    }
  });
})();
