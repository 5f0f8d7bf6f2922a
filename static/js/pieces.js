// Files go in pieces and go on where the connection broke. Without this script the forms send them whole.
(() => {
  "use strict";

  const WAITS = [1000, 3000, 8000, 15000]; // before each new try
  const box = document.querySelector("[data-pieces]");
  if (!box || !window.fetch || !Blob.prototype.slice) return;
  const now = box.querySelector("[data-pieces-now]");
  const token = box.querySelector("[name=csrfmiddlewaretoken]").value;
  let queue = Promise.resolve();

  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  class Refused extends Error {}

  async function refusal(answer) {
    try {
      return new Refused((await answer.json()).message);
    } catch {
      return new Refused(box.dataset.broken);
    }
  }

  function call(address, method, extra = {}) {
    return fetch(address, { method, credentials: "same-origin", redirect: "manual", ...extra, headers: { "X-CSRFToken": token, ...extra.headers } });
  }

  // A refusal is final; a lost connection or a busy server is tried again.
  async function patiently(act, say) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const answer = await act();
        if (answer.type === "opaqueredirect") throw new Refused(box.dataset.broken); // signed out meanwhile
        if (answer.status < 500) return answer;
        if (attempt >= WAITS.length) throw await refusal(answer);
      } catch (error) {
        if (error instanceof Refused || attempt >= WAITS.length) throw error;
      }
      say(box.dataset.again);
      await pause(WAITS[attempt]);
    }
  }

  async function begin(file, say) {
    const form = new FormData();
    form.set("name", file.name);
    form.set("size", file.size);
    form.set("mark", String(file.lastModified));
    const answer = await patiently(() => call(box.dataset.pieces, "POST", { body: form }), say);
    if (answer.status !== 201) throw await refusal(answer);
    return { address: answer.headers.get("Location"), offset: Number(answer.headers.get("Upload-Offset")) };
  }

  async function send(file, line) {
    const words = line.querySelector("p");
    const bar = line.querySelector("progress");
    const say = (text) => { words.textContent = `${file.name}：${text}`; };
    say(box.dataset.sending);
    const upload = await begin(file, say);
    let at = upload.offset;
    const size = Number(box.dataset.pieceSize);
    do {
      const here = at;
      const piece = file.slice(here, here + size);
      bar.value = file.size ? here / file.size : 1;
      const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(here) };
      const answer = await patiently(() => call(upload.address, "PATCH", { body: piece, headers }), say);
      const told = Number(answer.headers.get("Upload-Offset"));
      if (answer.status === 409 && answer.headers.has("Upload-Offset") && told !== here) at = told; // the answer was lost, not the piece
      else if (answer.status === 204) at = told;
      else throw await refusal(answer);
      say(box.dataset.sending);
    } while (at < file.size);
    bar.value = 1;
    say(box.dataset.done);
  }

  async function show() {
    const answer = await fetch(window.location.pathname, { credentials: "same-origin" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("tray");
    const old = document.getElementById("tray");
    if (!fresh || !old) return;
    old.replaceWith(document.adoptNode(fresh));
    if (window.htmx) window.htmx.process(document.getElementById("tray"));
  }

  function add(file) {
    const line = document.createElement("div");
    line.append(document.createElement("p"), document.createElement("progress"));
    const bar = line.lastChild;
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    now.append(line);
    queue = queue.then(async () => {
      try {
        await send(file, line);
        setTimeout(() => line.remove(), 4000);
      } catch (error) {
        bar.remove();
        line.className = "red";
        line.querySelector("p").textContent = `${file.name}：${error instanceof Refused ? error.message : box.dataset.broken}`;
      }
      await show();
    });
  }

  box.addEventListener("change", (event) => {
    const input = event.target;
    if (!input.matches("input[type=file]") || !input.files.length) return;
    event.stopPropagation();
    now.querySelectorAll(".red").forEach((line) => line.remove());
    for (const file of [...input.files]) add(file);
    input.value = "";
  });
  // What is chosen goes by itself, so the buttons have nothing to do.
  box.querySelectorAll("form button").forEach((button) => { button.hidden = true; });
})();
