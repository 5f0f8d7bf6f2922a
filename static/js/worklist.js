// Keys for lists and cases: j k to walk, Enter to open, x to tick, n for the next, ? for help. Never inside a field.
(() => {
  "use strict";

  const help = document.getElementById("keys");
  const button = document.querySelector("[data-open-keys]");

  // What is typed into a field belongs to the field; with Ctrl, Alt or Meta it is the browser's.
  function isTaken(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return true;
    const node = event.target;
    if (node.isContentEditable || node.matches("textarea, select")) return true;
    return node.matches("input") && !["checkbox", "radio", "button", "submit"].includes(node.type);
  }

  const rows = () => [...document.querySelectorAll("[data-row]")];

  function here() {
    const line = document.activeElement && document.activeElement.closest("tr");
    return line ? rows().indexOf(line.querySelector("[data-row]")) : -1;
  }

  function walk(step) {
    const all = rows();
    if (!all.length) return false;
    const at = here();
    const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
    all[next].focus();
    all[next].scrollIntoView({ block: "nearest" });
    return true;
  }

  function tick() {
    const row = rows()[here()];
    const box = row && row.closest("tr").querySelector("input[type=checkbox]");
    if (!box) return false;
    box.click();
    return true;
  }

  function goOn() {
    const link = document.querySelector("[data-next], .pagination [rel=next]");
    if (!link) return false;
    link.click();
    return true;
  }

  function toggleHelp() {
    if (!help) return false;
    if (help.open) help.close();
    else help.showModal();
    return true;
  }

  const keys = { j: () => walk(1), k: () => walk(-1), x: tick, n: goOn, "?": toggleHelp };

  document.addEventListener("keydown", (event) => {
    if (isTaken(event) || (help && help.open && event.key !== "?")) return;
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : null;
    if (act && act()) event.preventDefault();
  });
  if (button && help) {
    button.hidden = false;
    button.addEventListener("click", toggleHelp);
  }
})();
