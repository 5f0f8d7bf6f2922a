// Small helps. Every page works without them.
(() => {
  "use strict";

  const setText = (node, text) => {
    if (node.textContent !== text) node.textContent = text;
  };

  // Without this a browser that ignores autofocus on a <div> would leave the reader at the top of the page.
  function focusErrorSummary(root) {
    const summary = root.querySelector("[data-error-summary]");
    if (summary) summary.focus();
  }

  // A second press must not send the form twice. The button is switched off after the browser has read its value.
  function guardDoubleSubmit() {
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (event.defaultPrevented || form.hasAttribute("data-allow-repeat")) return;
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "1";
      setTimeout(() => {
        const pressed = event.submitter || form.querySelector("[type=submit]");
        form.querySelectorAll("button[type=submit], input[type=submit]").forEach((button) => {
          if (button.disabled) return;
          button.disabled = true;
          button.dataset.guarded = "1";
        });
        if (pressed) pressed.setAttribute("aria-busy", "true");
      }, 0);
    });
    // Coming back with the back button shows the page as it was left: open it again.
    window.addEventListener("pageshow", () => {
      document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
      document.querySelectorAll("[data-guarded]").forEach((button) => {
        button.disabled = false;
        button.removeAttribute("aria-busy");
        delete button.dataset.guarded;
      });
    });
  }

  function humanSize(bytes) {
    if (bytes < 1024 * 1024) return `${Math.max(1, Math.round(bytes / 1024))} KB`;
    return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  }

  function showPickedFiles(input) {
    const box = document.getElementById(`${input.id}-picked`);
    if (!box) return;
    const limit = Number(input.dataset.maxBytes || 0);
    const list = document.createElement("ul");
    for (const file of input.files) {
      const line = document.createElement("li");
      const tooLarge = limit > 0 && file.size > limit;
      line.textContent = `${file.name}（${humanSize(file.size)}）${tooLarge ? ` ${box.dataset.tooLarge}` : ""}`;
      line.classList.toggle("too-large", tooLarge);
      list.append(line);
    }
    box.replaceChildren(list);
  }

  async function copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      return; // clipboard refused: the text stands beside the button and can be selected by hand
    }
    const label = button.querySelector("[data-copy-label]") || button;
    const before = label.textContent;
    setText(label, button.dataset.copied);
    setTimeout(() => setText(label, before), 2500);
  }

  // <form data-autosave="/address/">: changes are posted there 1.2 s after the last keystroke; any 2xx answer means kept.
  function autosave(form) {
    const status = form.querySelector("[data-autosave-status]");
    let timer = 0;
    let running = null;
    const say = (state) => {
      if (!status) return;
      status.dataset.state = state;
      const time = new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
      setText(status, (status.dataset[state] || "").replace("{time}", time));
    };
    const save = async () => {
      if (form.dataset.sent) return;
      if (running) running.abort();
      running = new AbortController();
      const data = new FormData(form);
      for (const [key, value] of [...data.entries()]) if (value instanceof File) data.delete(key);
      say("saving");
      try {
        const answer = await fetch(form.dataset.autosave, {
          method: "POST",
          body: data,
          credentials: "same-origin",
          headers: { "X-Requested-With": "XMLHttpRequest" },
          signal: running.signal,
        });
        say(answer.ok && !answer.redirected ? "saved" : "failed");
      } catch (error) {
        if (error.name !== "AbortError") say("failed");
      }
    };
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(save, 1200);
    });
    form.addEventListener("submit", () => clearTimeout(timer));
  }

  function wire(root) {
    root.querySelectorAll("form[data-autosave]:not([data-wired])").forEach((form) => {
      form.dataset.wired = "1";
      autosave(form);
    });
  }

  // <form data-unsaved>: leaving the page with changes in the form asks first.
  function askBeforeLeaving() {
    let isDirty = false;
    document.addEventListener("input", (event) => {
      if (event.target.form && event.target.form.hasAttribute("data-unsaved")) isDirty = true;
    });
    document.addEventListener("submit", () => {
      isDirty = false;
    });
    window.addEventListener("beforeunload", (event) => {
      if (isDirty) event.preventDefault();
    });
  }

  // What htmx does by itself needs no button for it; without htmx the button stays.
  if (window.htmx) document.documentElement.classList.add("js");
  guardDoubleSubmit();
  askBeforeLeaving();
  wire(document);
  focusErrorSummary(document);

  document.addEventListener("change", (event) => {
    if (event.target.matches("input[type=file]")) showPickedFiles(event.target);
    if (event.target.matches("select[data-submit-on-change]")) event.target.form.requestSubmit();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-print]");
    if (!button) return;
    if (button.hasAttribute("data-print")) window.print();
    else copy(button);
  });
  // htmx swaps parts of a page: treat what arrives like a page of its own.
  document.addEventListener("htmx:afterSwap", (event) => {
    wire(event.target);
    focusErrorSummary(event.target);
  });
})();
