// The hall: a screen that changes only when something has, and calling by keyboard. Both pages work without it.
(() => {
  "use strict";

  const shown = new WeakMap();
  const liveOf = (event) => event.target.closest("[data-live]");

  // The answer to most questions is what stands there already: swapping it would read it out and flash it again.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const live = liveOf(event);
    if (!live || event.detail.isError) return;
    live.classList.remove("is-stale");
    // Led elsewhere: the sign-in is over, and its page does not belong into this one.
    const asked = new URL(event.detail.pathInfo.requestPath, location.href).pathname;
    if (new URL(event.detail.xhr.responseURL || location.href).pathname !== asked) {
      event.detail.shouldSwap = false;
      location.reload();
      return;
    }
    const text = event.detail.xhr.responseText;
    if (shown.get(live) === text) event.detail.shouldSwap = false;
    shown.set(live, text);
  });
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      const live = liveOf(event);
      if (live) live.classList.add("is-stale");
    });
  }

  // Function keys only: whoever types a letter means a letter.
  document.addEventListener("keydown", (event) => {
    if (!/^F[0-9]+$/.test(event.key) || event.repeat) return;
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const form = document.querySelector(`form[data-press="${event.key}"]`);
    if (!form) return;
    event.preventDefault();
    form.requestSubmit();
  });
})();
