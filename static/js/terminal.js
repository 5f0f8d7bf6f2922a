// A terminal in a hall: number keys under the finger, printing, and an end when nobody is there any more.
(() => {
  "use strict";

  // A page from the browser's memory is somebody else's by now: ask the server, which knows nobody then.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });

  // A question still under way when the session gets its new key would come back with the old one and wipe it: none
  // outlives the page it was asked from.
  window.addEventListener("beforeunload", () => {
    for (const poll of document.querySelectorAll("[data-poll]")) {
      if (window.htmx) window.htmx.trigger(poll, "htmx:abort");
      poll.remove();
    }
  });

  for (const pad of document.querySelectorAll("[data-keypad]")) {
    const field = document.getElementById(pad.dataset.keypad);
    if (!field) continue;
    pad.hidden = false;
    pad.addEventListener("click", (event) => {
      const key = event.target.closest("button");
      if (!key) return;
      if (key.dataset.key) field.value += key.dataset.key;
      else if ("back" in key.dataset) field.value = field.value.slice(0, -1);
      else field.value = "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    if (!document.querySelector("[data-error-summary]")) field.focus(); // a card reader types here
  }

  const wipe = document.querySelector("[data-wipe]");
  if (wipe) {
    for (const form of wipe.querySelectorAll("form")) if (!document.querySelector("[data-error-summary]")) form.reset();
    for (const store of [window.sessionStorage, window.localStorage]) store.clear();
    if (navigator.clipboard && navigator.clipboard.writeText) navigator.clipboard.writeText("").catch(() => {});
  }

  const printing = document.querySelector("[data-print]");
  if (printing) {
    printing.closest("[data-print-row]").hidden = false;
    printing.addEventListener("click", () => {
      const paper = document.getElementById(printing.dataset.print).contentWindow;
      paper.focus();
      paper.print();
      document.querySelector("[data-print-said]").hidden = false;
    });
  }

  const stay = document.getElementById("stay");
  if (!stay) return;
  const leave = document.getElementById("leave");
  const away = document.getElementById("away");
  const count = away.querySelector("[data-count]");
  const seconds = (name) => Number(stay.dataset[name]) * 1000;
  const last = Date.now() + seconds("left");
  let touched = Date.now();
  let told = Date.now();
  let isLeaving = false;
  let isToldOfLimit = false; // pressing "I am here" does not lengthen the longest visit: then it is told once

  function end() {
    if (isLeaving) return;
    isLeaving = true;
    for (const form of document.forms) if (form !== leave) form.reset();
    leave.submit();
  }

  function tell() {
    told = Date.now();
    fetch(stay.action, { method: "POST", body: new FormData(stay), redirect: "manual" })
      .then((answer) => {
        if (answer.status !== 204) end();
      })
      .catch(() => {}); // the network is away for a moment; the server counts for itself
  }

  function touch() {
    if (away.open) return; // then only the button counts: a sleeve is no person
    touched = Date.now();
    if (touched - told > 15000) tell();
  }

  for (const name of ["pointerdown", "keydown", "scroll"]) {
    document.addEventListener(name, touch, { passive: true, capture: true });
  }
  away.addEventListener("cancel", (event) => event.preventDefault());
  away.querySelector("[data-here]").addEventListener("click", () => {
    away.close();
    isToldOfLimit = last - Date.now() <= seconds("grace");
    touched = Date.now();
    tell();
  });

  setInterval(() => {
    const now = Date.now();
    const due = Math.min(touched + seconds("idle") + seconds("grace"), last);
    if (now >= due) end();
    else if (now >= due - seconds("grace") && !away.open && !(isToldOfLimit && due === last)) away.showModal();
    if (away.open) count.textContent = String(Math.max(0, Math.ceil((due - now) / 1000)));
  }, 250);
})();
