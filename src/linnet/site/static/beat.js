// Says every 15 seconds that somebody is at work on this page: only while it is visible, and only
// within 90 seconds of the last key, touch, scroll or move of the pointer. What counts as work is in
// <body data-activity>; the clock is the server's (src/linnet/desk/effort/rules.py).
"use strict";

(() => {
  const EVERY = 15000;
  const IDLE = 90000;
  const body = document.body;
  const activity = () => body.dataset.activity;
  let tab = word();
  let lastInput = performance.now();
  let lastBeat = -EVERY;

  function word() {
    return Array.from(crypto.getRandomValues(new Uint8Array(8)), (n) => n.toString(16).padStart(2, "0")).join("");
  }

  function beat() {
    const now = performance.now();
    const quiet = Math.round(now - lastInput);
    if (quiet > IDLE || !activity()) return;
    lastBeat = now;
    const letter = new URLSearchParams({ activity: activity(), tab, quiet: String(quiet), form_key: body.dataset.key });
    fetch("/beat", { method: "POST", body: letter, keepalive: true, headers: { "X-Linnet-Part": "beat" } }).catch(() => {});
  }

  function input() {
    const quietBefore = performance.now() - lastInput;
    lastInput = performance.now();
    if (quietBefore > EVERY && document.visibilityState === "visible") beat();
  }

  for (const kind of ["keydown", "pointerdown", "pointermove", "scroll", "touchstart", "wheel"]) {
    addEventListener(kind, input, { passive: true, capture: true });
  }
  setInterval(() => {
    if (document.visibilityState === "visible" && performance.now() - lastBeat >= EVERY - 500) beat();
  }, EVERY);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") {
      tab = word();
      lastInput = performance.now();
    }
    beat();
  });
  addEventListener("pagehide", beat);
  beat();
})();
