// Turns every <textarea data-editor> into a YAML editor that shows what the server finds wrong, at the line.
// Needs vendor/codemirror.min.js before it. The textarea stays the form field; docs/front-end.md has the contract.
"use strict";

(() => {
  const CM = CodeMirror;
  const words = JSON.parse(document.getElementById("page-words")?.textContent || "{}");
  const say = (text, values = {}) =>
    (words[text] || text).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const PAUSE_MS = 500;
  const open = new Map(); // textarea -> { view, saved: the text as the server has it }
  let counter = 0;

  // ---- problems: marks in the text, signs in the gutter, sentences under the line ------------------------
  function toDiagnostic(doc, problem) {
    const line = doc.line(Math.min(Math.max(problem.line || 1, 1), doc.lines));
    const start = line.from + line.text.search(/\S|$/);
    const value = String(problem.value ?? "");
    // the value itself, when it stands on the line after the key; else all of the line
    const at = value && problem.line ? line.text.lastIndexOf(value) : -1;
    const range = at < 0 ? [start, line.from + line.text.trimEnd().length] : [line.from + at, line.from + at + value.length];
    const where = problem.path ? `${problem.path}: ` : "";
    return { from: range[0], to: Math.max(...range), severity: "error", message: where + problem.message };
  }

  class Sentence extends CM.WidgetType {
    constructor(text) {
      super();
      this.text = text;
    }
    eq(other) {
      return other.text === this.text;
    }
    toDOM() {
      const node = document.createElement("div");
      node.className = "cm-problem";
      node.textContent = this.text;
      return node;
    }
  }

  const sentences = CM.StateField.define({
    create: () => CM.Decoration.none,
    update(now, change) {
      if (!change.effects.some((effect) => effect.is(CM.setDiagnosticsEffect))) return now.map(change.changes);
      const found = [];
      for (const effect of change.effects.filter((one) => one.is(CM.setDiagnosticsEffect))) {
        for (const { from, message } of effect.value) {
          const widget = new Sentence(message);
          const end = change.state.doc.lineAt(from).to;
          found.push(CM.Decoration.widget({ widget, block: true, side: 1 }).range(end));
        }
      }
      return CM.Decoration.set(found, true);
    },
    provide: (field) => CM.EditorView.decorations.from(field),
  });

  function show(view, problems) {
    const found = problems.map((problem) => toDiagnostic(view.state.doc, problem));
    found.sort((one, other) => one.from - other.from);
    view.dispatch(CM.setDiagnostics(view.state, found));
  }

  function count(problems) {
    const lines = problems.map((problem) => problem.line).filter(Boolean);
    const values = { count: problems.length, line: Math.min(...lines) };
    if (!problems.length) return say("No problems");
    if (problems.length === 1) return lines.length ? say("1 problem, on line {line}", values) : say("1 problem");
    return lines.length ? say("{count} problems, the first on line {line}", values) : say("{count} problems", values);
  }

  // ---- asking the server ---------------------------------------------------------------------------------
  function checker(textarea, status) {
    let timer = 0;
    let asking = null;
    async function ask(view) {
      asking?.abort();
      const mine = (asking = new AbortController());
      const token = textarea.form?.querySelector('input[name="csrfmiddlewaretoken"]')?.value || "";
      try {
        const reply = await fetch(textarea.dataset.checkUrl, {
          method: "POST", credentials: "same-origin", signal: mine.signal,
          headers: { "X-CSRFToken": token, "X-Requested-With": "XMLHttpRequest", Accept: "application/json" },
          body: new URLSearchParams({ text: view.state.doc.toString() }),
        });
        if (!reply.ok) throw new Error(`status ${reply.status}`);
        const answer = await reply.json();
        if (mine !== asking || !open.has(textarea)) return;
        show(view, answer.problems);
        status(count(answer.problems), answer.problems.length > 0);
        textarea.dispatchEvent(new CustomEvent("editor:checked", { bubbles: true, detail: answer }));
      } catch (error) {
        if (error.name !== "AbortError") status(say("Not checked: the server gave no answer"), true);
      }
    }
    return (view) => {
      if (!textarea.dataset.checkUrl) return;
      clearTimeout(timer);
      asking?.abort(); // an answer about an older text would mark the wrong places
      asking = null;
      timer = setTimeout(() => ask(view), PAUSE_MS);
    };
  }

  function statusOf(textarea) {
    const name = textarea.dataset.status || "";
    const node = document.getElementById(name.replace(/^#/, ""));
    if (!node) return () => {};
    node.setAttribute("aria-live", "polite");
    return (text, bad) => {
      node.textContent = text;
      node.classList.toggle("editor-status-bad", bad);
    };
  }

  // ---- keys ----------------------------------------------------------------------------------------------
  function insertTwoSpaces(view) {
    if (view.state.selection.ranges.some((range) => !range.empty)) return CM.indentMore(view);
    view.dispatch(view.state.replaceSelection("  "), { scrollIntoView: true, userEvent: "input" });
    return true;
  }

  /** Escape, then Tab, leaves: however long the pause, until another key is pressed. */
  const wayOut = CM.Prec.highest(CM.EditorView.domEventHandlers({
    keydown(event, view) {
      if (event.key === "Escape") view.setTabFocusMode(true);
      else if (!["Tab", "Shift"].includes(event.key)) view.setTabFocusMode(false);
      return false;
    },
    blur: (event, view) => view.setTabFocusMode(false),
  }));

  // ---- one editor ----------------------------------------------------------------------------------------
  function named(textarea, hint) {
    const attributes = { "aria-describedby": hint.id, autocapitalize: "off", spellcheck: "false" };
    const label = textarea.labels?.[0];
    if (textarea.getAttribute("aria-label")) attributes["aria-label"] = textarea.getAttribute("aria-label");
    else if (label) {
      label.id ||= `editor-label-${++counter}`;
      attributes["aria-labelledby"] = label.id;
    }
    return attributes;
  }

  function hintFor() {
    const hint = document.createElement("p");
    hint.className = "editor-keys quiet";
    hint.id = `editor-keys-${++counter}`;
    hint.textContent = say("Tab indents. Escape, then Tab, leaves. Ctrl+F searches. F8 goes to the next problem.");
    return hint;
  }

  function extensions(textarea, nonce, hint, changed) {
    return [
      CM.EditorView.cspNonce.of(nonce), wayOut,
      CM.lineNumbers(), CM.lintGutter(), CM.highlightSpecialChars(), CM.history(), CM.drawSelection(),
      CM.indentUnit.of("  "), CM.indentOnInput(), CM.bracketMatching(), CM.highlightActiveLine(),
      CM.highlightActiveLineGutter(), CM.highlightSelectionMatches(), CM.search({ top: true }), sentences,
      CM.yaml(), CM.syntaxHighlighting(CM.classHighlighter), CM.EditorView.lineWrapping,
      CM.EditorState.phrases.of(words),
      CM.EditorState.readOnly.of(textarea.readOnly || textarea.disabled),
      CM.EditorView.contentAttributes.of(named(textarea, hint)),
      CM.keymap.of([
        { key: "Tab", run: insertTwoSpaces, shift: CM.indentLess },
        ...CM.searchKeymap, ...CM.lintKeymap, ...CM.historyKeymap, ...CM.defaultKeymap,
      ]),
      CM.EditorView.updateListener.of((update) => update.docChanged && changed(update.view)),
    ];
  }

  function knownProblems(textarea) {
    const near = textarea.parentElement.querySelector("[data-editor-problems]")
      || textarea.form?.querySelector("[data-editor-problems]");
    if (!near) return null;
    const known = JSON.parse((near.content || near).textContent); // a template when htmx brought it
    return Array.isArray(known) ? known : known.problems;
  }

  function start(textarea, nonce) {
    const hint = hintFor();
    const box = document.createElement("div");
    box.className = "editor";
    const status = statusOf(textarea);
    const check = checker(textarea, status);
    const changed = (view) => {
      textarea.value = view.state.doc.toString();
      textarea.dispatchEvent(new Event("input", { bubbles: true }));
      check(view);
    };
    const view = new CM.EditorView({
      parent: box, doc: textarea.value, extensions: extensions(textarea, nonce, hint, changed),
    });
    open.set(textarea, { view, saved: textarea.hasAttribute("data-editor-unsaved") ? null : view.state.doc.toString() });
    textarea.before(box, hint);
    textarea.hidden = true;
    textarea.required = false; // the browser cannot point at a hidden field; the server says it is empty
    for (const label of [...textarea.labels]) {
      label.removeAttribute("for"); // it names the editor now, not the hidden field
      label.addEventListener("click", () => view.focus());
    }
    const known = knownProblems(textarea);
    if (known) {
      show(view, known);
      status(count(known), known.length > 0);
    }
    textarea.form?.addEventListener("reset", () => setTimeout(() => replace(view, textarea.value)));
    textarea.form?.addEventListener("submit", () => keep(textarea));
  }

  const replace = (view, text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });

  function keep(textarea) {
    const one = open.get(textarea);
    if (!one) return;
    textarea.value = one.view.state.doc.toString();
    one.saved = textarea.value;
  }

  function scan() {
    for (const [textarea, { view }] of open) {
      if (textarea.isConnected) continue;
      view.destroy();
      open.delete(textarea);
    }
    // without the nonce the browser would refuse the editor's styles: the textarea is the better editor then
    const nonce = document.querySelector('meta[name="csp-nonce"]')?.content;
    if (!nonce) return;
    for (const textarea of document.querySelectorAll("textarea[data-editor]")) {
      if (!open.has(textarea)) start(textarea, nonce);
    }
  }

  /** A link to a line, such as one of the list of problems, puts the cursor there. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-editor-line]");
    const [first] = open.values();
    if (!link || !first) return;
    event.preventDefault();
    const { doc } = first.view.state;
    const line = doc.line(Math.min(Math.max(Number(link.dataset.editorLine) || 1, 1), doc.lines));
    first.view.dispatch({ selection: { anchor: line.from }, effects: CM.EditorView.scrollIntoView(line.from, { y: "center" }) });
    first.view.focus();
  });

  addEventListener("beforeunload", (event) => {
    const unsaved = [...open.values()].some(({ view, saved }) => view.state.doc.toString() !== saved);
    if (unsaved) event.preventDefault();
  });
  document.addEventListener("htmx:afterSettle", scan);
  document.addEventListener("htmx:load", scan);
  scan();
})();
