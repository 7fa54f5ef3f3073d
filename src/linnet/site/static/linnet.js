// What our pages do better with a script: the live count, pictures as they are chosen, buttons
// without a new page, new posts as they arrive, keys. Everything works without it.
"use strict";

(() => {
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const body = document.body;
  const key = body.dataset.key;

  // --- words at the bottom -----------------------------------------------------------------

  const toast = $("#toast");
  let toastEnds = 0;

  function say(sentence, bad = false) {
    toast.textContent = sentence;
    toast.classList.toggle("bad", bad);
    clearTimeout(toastEnds);
    toastEnds = setTimeout(() => (toast.textContent = ""), bad ? 9000 : 4500);
  }
  const flash = toast.textContent.trim();
  if (flash) say(flash);

  // What was sent from this tab is forgotten when the next page says that it arrived; else it comes back.
  const sent = sessionStorage.getItem("linnet-sent");
  sessionStorage.removeItem("linnet-sent");
  if (sent && flash) localStorage.removeItem(sent);

  // --- asking the server -------------------------------------------------------------------

  async function ask(address, options = {}, part = "1") {
    let answer;
    try {
      answer = await fetch(address, { ...options, headers: { "X-Linnet-Part": part, ...options.headers } });
    } catch {
      throw new Error("The server cannot be reached. What you typed is still here; try again in a moment.");
    }
    const where = answer.headers.get("X-Linnet-Go"); // what wants another word first has a page for it
    if (!answer.ok && where?.startsWith("/") && !where.startsWith("//")) location.assign(where);
    if (!answer.ok) throw new Error((await answer.text()).slice(0, 300) || "That did not work.");
    return answer;
  }

  function piece(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content;
  }

  // --- the composer ------------------------------------------------------------------------

  function composer(form) {
    const words = $("[data-words]", form);
    const ring = $("[data-ring]", form);
    const left = $("[data-left]", form);
    const loud = $("[data-say]", form);
    const sends = $$("[data-send]", form); // two where a first post is kept for the start, or starts today
    const send = sends[0];
    const limit = Number(words.dataset.limit);
    const circle = $$("circle", ring)[1];
    const warning = $("[name=warning]", form);
    const withWarning = $("[name=with_warning]", form);
    const kept = `linnet-draft-${body.dataset.me}-${form.dataset.draft}`;
    const start = words.value;
    let spoken = "";
    $("svg", ring).removeAttribute("hidden");

    if (!$(".wrong", form) && !form.dataset.draft.startsWith("edit")) {
      const before = localStorage.getItem(kept);
      if (before && !words.value.includes(before)) words.value = before;
    }

    function count() {
      const warned = withWarning && withWarning.checked ? window.linnetCount.measure(warning.value) : 0;
      const used = window.linnetCount.measure(words.value) + warned;
      const over = used > limit;
      left.textContent = String(limit - used);
      circle.toggleAttribute("hidden", used === 0);
      circle.setAttribute("stroke-dasharray", `${Math.min((100 * used) / limit, 100)} 100`);
      ring.classList.toggle("near", !over && limit - used <= limit / 7);
      ring.classList.toggle("over", over);
      if (over) words.setAttribute("aria-invalid", "true");
      else words.removeAttribute("aria-invalid");
      const pictures = $("[data-attached]", form).children.length;
      const unsendable = String(over || (used === 0 && pictures === 0));
      for (const button of sends) button.setAttribute("aria-disabled", unsendable);
      const loudly = over ? `${used - limit} too many` : limit - used <= 20 ? `${limit - used} left` : "";
      if (loudly !== spoken) loud.textContent = spoken = loudly;
      body.dataset.writing = used && words.value !== start ? "1" : "";
      if (body.dataset.activity && used && words.value !== start) {
        body.dataset.activity = $("[name=to]", form) ? "answer" : "write";
      }
    }

    words.addEventListener("input", () => {
      count();
      if (words.value.trim() && words.value !== start) localStorage.setItem(kept, words.value);
      else localStorage.removeItem(kept);
    });
    form.addEventListener("change", count);
    if (warning) warning.addEventListener("input", count);
    words.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(send);
    });
    form.addEventListener("submit", (event) => {
      const later = event.submitter?.hasAttribute("data-later"); // a draft may be too long
      if (!later && send.getAttribute("aria-disabled") === "true") {
        event.preventDefault();
        words.focus();
        say(ring.classList.contains("over") ? "It is too long. Make it a little shorter." : "Write something first.", true);
        return;
      }
      if (form.dataset.busy) {
        event.preventDefault();
        say("A picture is still on its way.");
        return;
      }
      if (!navigator.onLine) {
        event.preventDefault();
        say("There is no connection. It is kept here, and sent when you are back.", true);
        addEventListener("online", () => form.requestSubmit(event.submitter), { once: true });
        return;
      }
      sessionStorage.setItem("linnet-sent", kept);
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
      setTimeout(() => delete form.dataset.sent, 8000);
    });
    if ($(".wrong", form) && words.value.trim()) localStorage.setItem(kept, words.value);
    pictures(form, count);
    count();
  }

  function pictures(form, count) {
    const label = $("[data-pictures]", form);
    const pick = $("[data-pick]", form);
    const list = $("[data-attached]", form);
    if (!label) return;
    label.hidden = false;

    async function add(file) {
      if (list.children.length >= 4) return say("Four pictures are the most for one post.", true);
      const line = document.createElement("li");
      const image = new Image(72, 72);
      image.src = URL.createObjectURL(file);
      image.alt = "";
      const middle = document.createElement("div");
      middle.className = "soft small";
      middle.textContent = "On its way …";
      line.append(image, middle);
      list.append(line);
      form.dataset.busy = String(Number(form.dataset.busy || 0) + 1);
      const letter = new FormData();
      letter.append("form_key", key);
      letter.append("file", file);
      try {
        const made = await (await ask("/media-upload", { method: "POST", body: letter })).json();
        describe(line, middle, made);
      } catch (error) {
        line.remove();
        say(error.message, true);
      }
      const busy = Number(form.dataset.busy) - 1;
      if (busy) form.dataset.busy = String(busy);
      else delete form.dataset.busy;
      count();
    }

    function describe(line, middle, made) {
      const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: "media_ids", value: made.id });
      const label = Object.assign(document.createElement("label"), { className: "small", textContent: "What can be seen?" });
      const words = Object.assign(document.createElement("input"), { className: "input", name: `alt_${made.id}`, id: `alt-${made.id}`, maxLength: 1500 });
      label.htmlFor = words.id;
      middle.className = "";
      middle.replaceChildren(hidden, label, words);
      const away = Object.assign(document.createElement("button"), { type: "button", className: "tool", ariaLabel: "Take this picture out", textContent: "×" });
      away.addEventListener("click", () => {
        line.remove();
        count();
      });
      line.append(away);
      words.focus();
    }

    pick.addEventListener("change", () => {
      for (const file of pick.files) add(file);
      pick.value = "";
    });
    form.addEventListener("paste", (event) => {
      const files = Array.from(event.clipboardData.files).filter((file) => file.type.startsWith("image/"));
      if (files.length) event.preventDefault();
      files.forEach(add);
    });
    form.addEventListener("dragover", (event) => event.preventDefault());
    form.addEventListener("drop", (event) => {
      const files = Array.from(event.dataTransfer.files).filter((file) => file.type.startsWith("image/"));
      if (files.length) event.preventDefault();
      files.forEach(add);
    });
  }

  $$("[data-composer]").forEach(composer);
  addEventListener("beforeunload", (event) => {
    const form = $("[data-composer]:has([name=media_ids])");
    if (form && !form.dataset.sent && !form.dataset.draft.startsWith("edit")) event.preventDefault();
  });

  // --- buttons of a post -------------------------------------------------------------------

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-swap]");
    if (!form || event.defaultPrevented) return;
    event.preventDefault();
    const button = event.submitter;
    const post = form.closest(".post");
    const large = post.classList.contains("main");
    const letter = new URLSearchParams(new FormData(form, button));
    try {
      const answer = await ask(button.formAction || form.action, { method: "POST", body: letter }, large ? "large" : "1");
      const fresh = piece(await answer.text()).firstElementChild;
      const deed = button.dataset.deed;
      keepFrame(post, fresh);
      post.replaceWith(fresh);
      if (deed) $(`[data-deed="${deed}"]`, fresh)?.focus({ preventScroll: true });
      const sentence = answer.headers.get("X-Linnet-Say");
      if (sentence) say(sentence);
    } catch (error) {
      say(error.message, true);
    }
  });

  // a boost's card says who boosted it; the fresh piece is the post alone
  function keepFrame(old, fresh) {
    const about = $(":scope > .about", old);
    const has = $(":scope > .about", fresh);
    fresh.dataset.id = old.dataset.id;
    if (about && !has) fresh.prepend(about.cloneNode(true));
    else if (about && has) has.replaceWith(about.cloneNode(true));
  }

  document.addEventListener("click", async (event) => {
    const copy = event.target.closest("[data-copy], [data-copy-text]");
    if (copy) {
      event.preventDefault();
      await navigator.clipboard.writeText(copy.dataset.copyText || copy.href);
      say("Copied.");
    }
    const menu = event.target.closest("details.menu");
    $$("details.menu[open]").forEach((open) => open !== menu && (open.open = false));
  });

  // --- older posts without a new page ------------------------------------------------------

  document.addEventListener("click", async (event) => {
    const more = event.target.closest("[data-more]");
    const list = $("[data-posts]");
    if (!more || !list || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const place = more.closest(".more");
    if (!place || !list.parentElement.contains(place)) return;
    event.preventDefault();
    more.setAttribute("aria-disabled", "true");
    try {
      const found = piece(await (await ask(more.href)).text());
      const next = $("[data-next] .more", found);
      $("[data-next]", found)?.remove();
      const first = found.firstElementChild;
      list.append(found);
      if (next) place.replaceWith(next);
      else place.remove();
      $(".post", first)?.focus({ preventScroll: true });
    } catch {
      location.href = more.href;
    }
  });

  // --- new posts as they arrive ------------------------------------------------------------

  const fresh = $("[data-fresh]");
  let waiting = 0;

  // An open thread gets what is new of it; where somebody writes nothing moves.
  const thread = $("[data-thread]");
  let growing = 0;

  async function grow() {
    const now = $("[data-thread]", piece(await (await ask(location.href, {}, "")).text()));
    const known = new Set($$(".post", thread).map((post) => post.id));
    if ($$(".post", now).every((post) => known.has(post.id))) return;
    const had = $(".main", thread).closest("li");
    const found = $(".main", now).closest("li");
    for (const beside of ["previousElementSibling", "nextElementSibling"]) {
      while (had[beside]) had[beside].remove();
    }
    while (found.previousElementSibling) thread.prepend(found.previousElementSibling);
    while (found.nextElementSibling) thread.append(found.nextElementSibling);
  }

  function live() {
    const line = new EventSource(thread ? `/live?thread=${thread.dataset.thread}&read=${thread.dataset.read}` : "/live");
    line.addEventListener("post", (event) => {
      if (!fresh || location.search || event.data === body.dataset.me) return;
      waiting += 1;
      fresh.hidden = false;
      fresh.textContent = waiting === 1 ? "1 new post" : `${waiting} new posts`;
      $("[data-fresh-say]").textContent = fresh.textContent;
    });
    line.addEventListener("notice", () => {
      $$('a[href="/notifications"]').forEach((link) => {
        let badge = $(".waits", link);
        if (!badge) {
          badge = Object.assign(document.createElement("span"), { className: "waits", textContent: "0" });
          link.append(badge);
        }
        badge.textContent = String((parseInt(badge.textContent, 10) || 0) + 1);
      });
    });
    line.addEventListener("thread", () => {
      clearTimeout(growing); // answers often come several at once
      growing = setTimeout(() => grow().catch((error) => say(error.message, true)), 500);
    });
    line.addEventListener("over", () => line.close());
    addEventListener("pagehide", () => line.close(), { once: true });
  }
  if (body.dataset.me) {
    live();
    addEventListener("pageshow", (event) => event.persisted && live());
  }

  if (fresh) {
    fresh.addEventListener("click", async () => {
      const list = $("[data-posts]");
      const newest = $(".post", list)?.dataset.id;
      try {
        const found = piece(await (await ask(newest ? `/?min_id=${newest}` : "/")).text());
        $("[data-next]", found)?.remove();
        list.prepend(found);
        $(".empty")?.remove();
        waiting = 0;
        fresh.hidden = true;
        $(".post", list)?.focus();
      } catch (error) {
        say(error.message, true);
      }
    });
  }

  // --- windows within the page -------------------------------------------------------------

  function show(kind, name, parts) {
    const dialog = Object.assign(document.createElement("dialog"), { className: kind, ariaLabel: name });
    const close = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: "Close" });
    close.addEventListener("click", () => dialog.close());
    dialog.append(...parts, close);
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    body.append(dialog);
    dialog.showModal();
    return dialog;
  }

  // --- pictures, larger --------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const look = event.target.closest("[data-look]");
    if (!look || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const image = $("img", look);
    const parts = [Object.assign(new Image(), { src: look.href, alt: image.alt })];
    if (image.alt) parts.push(Object.assign(document.createElement("p"), { textContent: image.alt }));
    show("looking", "Picture", parts).addEventListener("click", (click) => click.currentTarget.close());
  });

  // --- keys --------------------------------------------------------------------------------

  const OFF = "linnet-keys-off";
  let went = 0;
  const PLACES = { h: "/", n: "/notifications", d: "/desk", s: "/statement", l: "/links", a: "/answers" };

  function chosen() {
    return document.activeElement?.closest?.(".post") || $(".post.chosen");
  }

  function step(by) {
    const posts = $$(".post");
    if (!posts.length) return;
    const at = posts.indexOf(chosen());
    const next = posts[Math.min(Math.max(at + by, 0), posts.length - 1)];
    $$(".post.chosen").forEach((post) => post.classList.remove("chosen"));
    next.classList.add("chosen");
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  async function showKeys() {
    const open = $("dialog.keys");
    if (open) return open.close();
    const page = new DOMParser().parseFromString(await (await fetch("/keys")).text(), "text/html");
    const title = Object.assign(document.createElement("h2"), { textContent: "Keys" });
    show("keys", "Keys", [title, $("#keys", page), $("[data-keys-on]", page)]);
    choice();
  }

  // Who speaks to the machine, or rests a hand on the keys, can have all of them off (WCAG 2.1.4).
  function choice() {
    for (const label of $$("[data-keys-on]")) {
      const tick = $("input", label);
      label.hidden = false;
      tick.checked = !localStorage.getItem(OFF);
      tick.addEventListener("change", () => (tick.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
    }
  }
  choice();

  // A menu that was left by the tab key is closed: nothing that has the focus stands behind it.
  document.addEventListener("focusin", (event) => {
    for (const menu of $$("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) {
      event.preventDefault();
      showKeys();
    }
    const write = event.target.closest("[data-compose]");
    const words = $('[data-composer][data-draft="post"] [data-words]');
    if (write && words) {
      event.preventDefault();
      words.focus();
      scrollTo({ top: 0 });
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "Escape") {
      if (typing) event.target.blur();
      for (const menu of $$("details.menu[open]")) {
        const within = menu.contains(document.activeElement);
        menu.open = false;
        if (within) $("summary", menu).focus();
      }
      return;
    }
    if (typing || $("dialog[open]") || localStorage.getItem(OFF)) return;
    const post = chosen();
    if (event.key === "Enter" && document.activeElement !== post) return; // a link, a button or a menu of its own
    if (Date.now() - went < 1500) {
      went = 0;
      if (event.key === "p") return location.assign($(".sheet a[href^='/@']")?.getAttribute("href") || "/");
      const place = PLACES[event.key];
      if (place && (place === "/" || $(`a[href="${place}"]`))) return location.assign(place);
    }
    const press = (deed) => post && $(`[data-deed="${deed}"]`, post)?.click();
    const does = {
      g: () => (went = Date.now()),
      j: () => step(1),
      k: () => step(-1),
      n: () => {
        const words = $('[data-composer][data-draft="post"] [data-words]');
        if (words) words.focus();
        else if (body.dataset.me) location.assign("/compose");
      },
      r: () => post && $("[data-answer]", post)?.click(),
      f: () => press("favourite"),
      b: () => press("boost"),
      m: () => press("bookmark"),
      s: () => {
        const later = $("[data-later]");
        if (later?.form.text.value.trim()) later.click();
        else if (body.dataset.me) location.assign("/plan/new");
      },
      Enter: () => $(".time", post)?.click(),
      "/": () => ($("[data-search]") ? $("[data-search]").focus() : location.assign("/search")),
      "?": showKeys,
    }[event.key];
    if (does) {
      event.preventDefault();
      does();
    }
  });

  // --- the set-up --------------------------------------------------------------------------

  const setup = $("[data-setup]");
  if (setup) {
    const zones = $("[data-zone]", setup);
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (zones.value === "UTC" && Array.from(zones.options).some((option) => option.value === here)) zones.value = here;
    const firm = $("[name=firm]", setup);
    const handle = $("[data-handle]", setup);
    let own = handle.value !== "";
    handle.addEventListener("input", () => (own = handle.value !== ""));
    firm.addEventListener("input", () => {
      if (own) return;
      const plain = firm.value.normalize("NFKD").replace(/ß/gu, "ss").replace(/[^A-Za-z0-9 _-]/gu, "");
      handle.value = plain.trim().toLowerCase().replace(/[\s-]+/gu, "_").slice(0, 30);
    });
  }

  const problem = $("#problem");
  (($(".wrong") && $("[aria-invalid=true]")) || problem)?.focus();
})();
