/* While somebody writes, the server is asked now and then whether there is something to say: one quiet bar
   under the composer. Without this file the sentence comes after the post is out. */
(() => {
  "use strict";
  const WAIT = 900; // ms after the last key

  function watch(place) {
    const form = document.getElementById(place.dataset.hint);
    const words = form?.querySelector("[name=text]");
    if (!words) return;
    const bar = place.querySelector("[data-bar]");
    const loud = place.querySelector("[data-loud]");
    let timer = 0;
    let asked = "";
    let calls = 0;

    function show(html) {
      bar.innerHTML = html;
      const sentence = bar.querySelector("[data-sentence]")?.textContent || "";
      if (sentence !== loud.textContent) loud.textContent = sentence;
    }

    async function ask() {
      const letter = new URLSearchParams({ form_key: document.body.dataset.key });
      for (const name of ["text", "visibility", "to", "quote", "key"]) {
        const field = form.elements[name];
        if (field) letter.set(name, field.value);
      }
      if (letter.toString() === asked) return;
      asked = letter.toString();
      if (!words.value.trim()) return show("");
      const call = ++calls;
      try {
        const answer = await fetch("/desk/balance/ask", { method: "POST", body: letter, headers: { "X-Linnet-Part": "1" } });
        if (call !== calls) return; // a later one is on its way
        show(answer.status === 200 ? await answer.text() : "");
      } catch {
        show(""); // no connection: then there is no hint
      }
    }

    function later() {
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT);
    }
    words.addEventListener("input", later);
    form.addEventListener("change", later);
    form.addEventListener("submit", () => {
      clearTimeout(timer);
      calls += 1;
    });
    place.addEventListener("submit", async (event) => {
      const away = event.target.closest("[data-dismiss]");
      if (!away) return;
      event.preventDefault();
      const letter = new URLSearchParams(new FormData(away));
      show("");
      words.focus();
      await fetch(away.action, { method: "POST", body: letter, headers: { "X-Linnet-Part": "1" } }).catch(() => {});
    });
    if (words.value.trim()) later();
  }
  document.querySelectorAll("[data-hint]").forEach(watch);
})();
