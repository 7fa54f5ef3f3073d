/* The desk without a script is whole; this counts while somebody writes and keeps what was typed. */
(() => {
  "use strict";

  function ring(area) {
    const form = area.form;
    const left = form.querySelector("[data-left]");
    const say = form.querySelector("[data-say]");
    const box = form.querySelector("[data-ring]");
    const limit = Number(area.dataset.limit);
    let said = "";
    function show() {
      const rest = limit - window.linnetCount.measure(area.value);
      left.textContent = String(rest);
      box.classList.toggle("near", rest >= 0 && rest < 20);
      box.classList.toggle("over", rest < 0);
      const words = rest < 0 ? `${-rest} characters too many` : rest < 20 ? `${rest} characters left` : "";
      if (words !== said && (rest < 0 || rest % 5 === 0)) {
        said = words;
        say.textContent = words;
      }
    }
    area.addEventListener("input", show);
    show();
  }

  /* A draft that is being changed saves itself when nothing was typed for three seconds. One that
     is set for a time is left alone: it goes out as somebody saved it. */
  function keep(form) {
    const told = form.querySelector("[data-saved]");
    const id = form.dataset.keep;
    let timer = 0;
    let busy = false;
    let stale = false;
    let leaving = false;
    let pressed = null;
    form.addEventListener("submit", (event) => {
      clearTimeout(timer);
      if (busy) {
        event.preventDefault(); // else it would come with the version before
        pressed = event.submitter;
      } else {
        leaving = true;
      }
    });
    async function save() {
      if (leaving) return;
      if (busy) {
        stale = true;
        return;
      }
      busy = true;
      const data = new FormData(form);
      for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
      data.set("do", "save");
      try {
        const answer = await fetch(form.action, {
          method: "POST",
          body: data,
          headers: { "x-linnet-part": "draft" },
        });
        if (answer.ok) {
          const now = await answer.json();
          form.elements.version.value = now.version;
          told.textContent = "Saved";
        } else {
          told.textContent = await answer.text();
        }
      } catch {
        told.textContent = "Not saved: no connection. It is tried again when you type.";
      }
      busy = false;
      if (pressed) {
        form.requestSubmit(pressed);
      } else if (stale) {
        stale = false;
        timer = setTimeout(save, 3000);
      }
    }
    if (!/^\d+$/.test(id) || form.dataset.stage === "set") return;
    form.elements.text.addEventListener("input", () => {
      told.textContent = "";
      clearTimeout(timer);
      timer = setTimeout(save, 3000);
    });
  }

  /* Parts of a page that stand one below the other become tabs (WAI-ARIA practices: tabs, chosen by the
     arrow keys). Printed, all of them stand there. */
  function tabs(box) {
    const bar = box.querySelector("nav");
    const links = [...bar.querySelectorAll("a")];
    const sides = links.map((link) => document.getElementById(link.hash.slice(1)));
    bar.setAttribute("role", "tablist");
    function choose(at) {
      links.forEach((link, n) => {
        link.setAttribute("aria-selected", String(n === at));
        link.tabIndex = n === at ? 0 : -1;
        sides[n].classList.toggle("away", n !== at);
      });
    }
    links.forEach((link, at) => {
      link.setAttribute("role", "tab");
      link.setAttribute("aria-controls", sides[at].id);
      sides[at].setAttribute("role", "tabpanel");
      link.addEventListener("click", (event) => {
        event.preventDefault();
        history.replaceState(null, "", link.hash);
        choose(at);
      });
      link.addEventListener("keydown", (event) => {
        const last = links.length - 1;
        const next = { ArrowRight: at < last ? at + 1 : 0, ArrowLeft: at ? at - 1 : last, Home: 0, End: last }[event.key];
        if (next === undefined) return;
        event.preventDefault();
        links[next].focus();
        links[next].click();
      });
    });
    function wanted() {
      const target = location.hash && document.getElementById(location.hash.slice(1));
      choose(Math.max(0, sides.findIndex((side) => target && side.contains(target))));
    }
    addEventListener("hashchange", wanted);
    wanted();
  }

  /* How far the power step of a trial is. When it is done the page comes anew, with what it found. */
  function power(place) {
    const button = document.querySelector("[data-no-script]");
    if (button) button.hidden = true;
    async function look() {
      try {
        const answer = await fetch("/desk/trial/power", { headers: { "x-linnet-part": "1" } });
        if (answer.headers.get("x-linnet-done")) return location.reload();
        if (answer.ok) {
          const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
          place.replaceChildren(...fresh.body.childNodes);
        }
      } catch {
        if (button) button.hidden = false; // no connection: the button looks again
      }
      setTimeout(look, 1500);
    }
    setTimeout(look, 800);
  }

  // the counter comes behind this script: both are there when the page is
  addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-print]")) {
      button.hidden = false;
      button.addEventListener("click", () => window.print());
    }
    for (const box of document.querySelectorAll("[data-tabs]")) tabs(box);
    for (const area of document.querySelectorAll("[data-count]")) if (window.linnetCount) ring(area);
    for (const form of document.querySelectorAll("[data-draft-form]")) keep(form);
    for (const place of document.querySelectorAll("[data-power]")) power(place);
  });
})();
