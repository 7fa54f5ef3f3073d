// Says every 15 seconds that somebody is at work on this page: only while it is visible, and only
// within five minutes of the last key, touch, scroll or move of the pointer. How much of that quiet
// counts is the firm's setting, which may change later; the server decides, and the clock is its own
// (src/linnet/desk/effort/rules.py). What counts as work is in <body data-activity>.
"use strict";

(() => {
  const EVERY = 15000;
  const IDLE = 300000;
  const body = document.body;
  const activity = () => body.dataset.activity;
  let tab = word();
  let lastInput = performance.now();
  let next = 0;

  function word() {
    return Array.from(crypto.getRandomValues(new Uint8Array(8)), (n) => n.toString(16).padStart(2, "0")).join("");
  }

  function beat() {
    // from this beat on: by a clock of its own it would be up to 30 seconds late, and half of them lost
    clearTimeout(next);
    next = setTimeout(() => { if (document.visibilityState === "visible") beat(); }, EVERY);
    const quiet = Math.round(performance.now() - lastInput);
    if (quiet > IDLE || !activity()) return;
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
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") {
      tab = word();
      lastInput = performance.now();
    }
    beat();
  });
  addEventListener("pagehide", () => {
    if (document.visibilityState === "visible") beat(); // a hidden page said so when it was hidden
  });
  beat();
})();
