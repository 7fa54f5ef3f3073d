// Linnet counts this visit. Stores nothing on this device.
(function (d, l) {
  var to = new URL("ln", d.currentScript.src).href, timer, done, code =
    (/[?&]ln=([1-9A-HJ-NP-Za-km-z]{7})(?![^&])/.exec(l.search) || [])[1] || "";
  function on(name, f) { addEventListener(name, f, { capture: true, passive: true }); }
  function seen() {
    if (done) return;
    done = 1;
    var from = "";
    try { from = new URL(d.referrer).hostname; } catch (e) {}
    navigator.sendBeacon(to, JSON.stringify({ ln: code, u: l.origin + l.pathname, r: from }));
  }
  function look() {
    clearTimeout(timer);
    if (d.visibilityState == "visible") timer = setTimeout(seen, 1000);
  }
  "pointerdown keydown wheel".split(" ").map(function (name) {
    on(name, function (e) { if (e.isTrusted) seen(); });
  });
  on("visibilitychange", look);
  look();
  if (!code) return;
  function carry(e) {
    var a = e.target.closest("a[href]");
    if (a && a.origin == l.origin && !/[?&]ln=/.test(a.search) && a.getAttribute("href")[0] != "#")
      a.search += (a.search ? "&" : "?") + "ln=" + code;
  }
  on("click", carry);
  on("auxclick", carry);
  on("submit", function (e) {
    var f = e.target, i = f.querySelector("[name=ln]");
    if (new URL(f.getAttribute("action") || "", l).origin != l.origin && !f.dataset.ln) return;
    if (!i) {
      f.appendChild(i = d.createElement("input"));
      i.type = "hidden";
      i.name = "ln";
    }
    i.value = i.value || code;
  });
})(document, location);
