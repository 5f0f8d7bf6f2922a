// A name written with a finger: lines of whole numbers in a field of 1000 by 400, sent with the form. Without it, or with
// nothing written, the confirmation is the button alone.
(() => {
  "use strict";

  const MOST = 4000; // points; the server takes no more
  for (const area of document.querySelectorAll("[data-handwriting]")) {
    const canvas = area.querySelector("canvas");
    const target = document.querySelector(`[name="${area.dataset.handwriting}"]`);
    const pen = canvas.getContext("2d");
    if (!pen || !target || !window.PointerEvent) continue;
    area.hidden = false;
    let lines = [];
    let line = null;
    let count = 0;

    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      const part = (at, start, size, most) => Math.min(most, Math.max(0, Math.round(((at - start) / size) * most)));
      return [part(event.clientX, box.left, box.width, 1000), part(event.clientY, box.top, box.height, 400)];
    };
    const tell = () => {
      target.value = lines.length ? JSON.stringify(lines) : "";
    };
    const wipe = () => {
      lines = [];
      count = 0;
      pen.clearRect(0, 0, canvas.width, canvas.height);
      tell();
    };

    pen.lineWidth = 9;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#0c1b33";
    canvas.addEventListener("pointerdown", (event) => {
      if (line || lines.length >= 80 || count >= MOST) return;
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      line = place(event);
      lines.push(line);
      count += 1;
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!line || count >= MOST) return;
      const [x, y] = place(event);
      const [oldX, oldY] = line.slice(-2);
      if (Math.abs(x - oldX) + Math.abs(y - oldY) < 4) return;
      pen.beginPath();
      pen.moveTo(oldX, oldY);
      pen.lineTo(x, y);
      pen.stroke();
      line.push(x, y);
      count += 1;
    });
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, () => {
        line = null;
        tell();
      });
    }
    area.querySelector("[data-again]").addEventListener("click", wipe);
    wipe(); // a browser may remember what the field held
  }
})();
