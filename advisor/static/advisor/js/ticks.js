// <input data-tick-all="name"> ticks every box of that name in its form; [data-ticked="name"] says how many are.
"use strict";

(() => {
  const boxes = (all) => [...all.form.querySelectorAll(`input[type="checkbox"][name="${CSS.escape(all.dataset.tickAll)}"]`)];

  function tell(all) {
    const found = boxes(all);
    const ticked = found.filter((box) => box.checked).length;
    all.checked = ticked === found.length;
    all.indeterminate = ticked > 0 && ticked < found.length;
    const place = all.form.querySelector(`[data-ticked="${CSS.escape(all.dataset.tickAll)}"]`);
    if (place) place.textContent = ticked ? `${ticked} of ${found.length} chosen` : "";
  }

  function start(all) {
    all.closest("[data-needs-js]").hidden = false;
    all.addEventListener("change", () => {
      for (const box of boxes(all)) box.checked = all.checked;
      tell(all);
    });
    for (const box of boxes(all)) box.addEventListener("change", () => tell(all));
    tell(all); // a browser keeps what was ticked when one comes back
  }

  document.querySelectorAll("input[data-tick-all]").forEach(start);
})();
