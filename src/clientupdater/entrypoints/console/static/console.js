// What the console does with the keyboard, and how it shows the next page without loading it anew.
// Every page works without this: links are links, and forms are forms.

const page = () => document.getElementById("page");
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const isOurs = (url) => url.origin === location.origin && url.pathname.startsWith("/console");

// --- showing a page

let latest = 0; // of several requests, only the last one is shown

async function show(url, options = {}) {
  const mine = ++latest;
  document.documentElement.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { ...options, headers: { ...options.headers, "X-Swap": "1" } });
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    const content = next.getElementById("page");
    if (!content) throw new Error("not a page of the console");
    if (mine !== latest) return;
    swap(next, content);
    const moved = answer.headers.get("X-Address") ?? (options.method ? null : answer.url);
    if (moved && options.push !== false) history.pushState({}, "", withoutNotice(moved));
  } finally {
    document.documentElement.removeAttribute("aria-busy");
  }
}

function swap(next, content) {
  const scrolled = one("aside")?.scrollTop ?? 0;
  document.title = next.title;
  page().replaceWith(document.adoptNode(content));
  const list = one("aside");
  if (list) list.scrollTop = scrolled;
  one("aside [aria-current]")?.scrollIntoView({ block: "nearest" });
  window.scrollTo(0, 0);
  begin();
  const first = ["[data-focus-first]", "[aria-invalid]", "[autofocus]", "[data-focus]", "main"];
  const target = one(first.find((selector) => one(selector)));
  // The page begins at its top, with the menu in sight; only what needs an answer is scrolled to.
  target?.focus({ preventScroll: target.matches("main, [data-focus]") });
  announce(one("[data-announce] p")?.textContent ?? document.title);
}

function withoutNotice(address) {
  const url = new URL(address, location.href);
  url.searchParams.delete("notice");
  return url;
}

function announce(text) {
  document.getElementById("announce").textContent = text;
}

// --- links and forms

function send(form, submitter) {
  const fields = new URLSearchParams(new FormData(form, submitter));
  const url = new URL(form.action);
  if (form.method === "get") {
    url.search = fields;
    return show(url);
  }
  // A form that cannot be fetched is sent as a form; its key lets it count once.
  return show(url, { method: "POST", body: fields }).catch(() => form.submit());
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog" || "plain" in form.dataset || !isOurs(new URL(form.action))) return;
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  send(form, event.submitter).finally(() => (form.ariaBusy = null));
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    one("details[open].account")?.removeAttribute("open");
    document.getElementById(opener.dataset.opens).showModal();
  }
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const url = new URL(link.href);
  if (!isOurs(url) || link.getAttribute("href").startsWith("#") || link.hasAttribute("download")) return;
  event.preventDefault();
  show(url).catch(() => location.assign(url));
});

window.addEventListener("popstate", () => {
  show(location.href, { push: false }).catch(() => location.reload());
});

// --- the next part of a list, as one scrolls

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) more(entry.target);
}, { rootMargin: "400px" });

async function more(link) {
  watcher.unobserve(link);
  const answer = await fetch(link.href, { headers: { "X-Swap": "1" } }).catch(() => null);
  if (!answer?.ok || !link.isConnected) return;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  const list = one("[data-list]", link.closest("aside, main"));
  list.append(...all("[data-list] > li", next).map((item) => document.adoptNode(item)));
  const further = one("[data-more]", next);
  if (further) {
    link.href = further.href;
    watcher.observe(link);
  } else {
    link.closest(".more").remove();
  }
}

// --- keys

const typing = (target) => target.closest("textarea, select, input:not([type=radio], [type=checkbox])");

function choose(number) {
  const reasons = one(".choice > input:checked + label + .reasons");
  const group = reasons ?? one(".record > .choice");
  const option = group && one(`:scope > input[data-number="${number}"]`, group);
  if (!option) return false;
  option.checked = true;
  option.focus();
  return true;
}

function back() {
  const chosen = one(".record > .choice > input:checked");
  if (!chosen) return false;
  for (const option of all(".choice > input:checked")) option.checked = false;
  return true;
}

function move(by) {
  const items = all("[data-list] .item");
  const at = items.indexOf(document.activeElement);
  const from = at >= 0 ? at : items.findIndex((item) => item.ariaCurrent === "true");
  const next = items[from + by] ?? (from < 0 ? items[0] : undefined);
  next?.focus();
  return Boolean(next);
}

function enter(target) {
  if (target.closest("a, button, summary, dialog")) return false;
  const form = one("[data-record]");
  if (form) {
    if (target !== document.body && !form.contains(target) && !target.matches("main, h1")) return false;
    form.requestSubmit(one("button.main", form));
    return true;
  }
  const first = one("[data-list] .item");
  first?.click();
  return Boolean(first);
}

function press(key) {
  const target = one(`[data-key="${CSS.escape(key)}"]`);
  if (!target) return false;
  if (target.matches("a, button")) target.click();
  else if (target.type === "checkbox") target.checked = !target.checked;
  else target.select();
  target.focus();
  return true;
}

function help() {
  const dialog = document.getElementById("keys");
  dialog?.showModal();
  return Boolean(dialog);
}

function done(event) {
  const { key, target } = event;
  if (typing(target)) {
    if (key === "Escape") target.blur();
    return key === "Enter" && target.matches("[data-record] textarea") && !event.shiftKey && enter(target);
  }
  if (/^[1-9]$/.test(key)) return choose(key);
  if (key === "Backspace") return back();
  if (key === "Enter") return enter(target);
  if (key === "j" || key === "k") return move(key === "j" ? 1 : -1);
  if (key === "?") return help();
  if (key === "n" && !one('[data-key="n"]')) {
    const link = one("main [rel=next]");
    link?.click();
    return Boolean(link);
  }
  return /^[a-z/]$/.test(key) && press(key);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (one("dialog[open]")) return;
  if (done(event)) event.preventDefault();
});

// --- one box that ticks many

document.addEventListener("change", ({ target }) => {
  if (!target.dataset.all) return;
  for (const box of all(`[name^="${CSS.escape(target.dataset.all)}"]`, target.form)) box.checked = target.checked;
});

// --- what moves by itself

async function poll(part) {
  if (!part.isConnected) return;
  const answer = await fetch(location.href, { headers: { "X-Swap": "1" } }).catch(() => null);
  const next = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
  if (!part.isConnected) return;
  if (!next || part.contains(document.activeElement)) return wait(part);
  if (next.dataset.state !== part.dataset.state) announce(next.dataset.state);
  part.replaceWith(document.adoptNode(next));
  if (next.dataset.poll) wait(next);
}

function wait(part) {
  setTimeout(poll, Number(part.dataset.poll) * 1000, part);
}

// --- the clock of the session: a warning before it ends by itself, and a way to stay

const WARN_MS = 120_000;
const clock = { ends: 0, timer: 0 };

function countDown() {
  const notice = document.getElementById("ending");
  clearTimeout(clock.timer);
  if (!notice) return;
  const left = clock.ends - Date.now();
  notice.hidden = left > WARN_MS;
  if (!notice.hidden) say(notice, left);
  // A computer that slept wakes to a clock that went on; so the timer never runs for long.
  if (left > 0) clock.timer = setTimeout(countDown, Math.min(Math.max(left - WARN_MS, 1_000), 60_000));
}

function say(notice, left) {
  const text = left > 0 ? notice.dataset.soon.replace("#", Math.ceil(left / 60_000)) : notice.dataset.now;
  const shown = one("p", notice);
  if (left <= 0) one("[data-stay]", notice)?.remove();
  if (shown.textContent === text) return;
  shown.textContent = text;
  announce(text);
}

async function stay(notice) {
  const answer = await fetch("/console/sessions", { headers: { "X-Swap": "1" } }).catch(() => null);
  const next = answer && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("ending");
  if (!answer) return;
  clock.ends = next ? Date.now() + next.dataset.seconds * 1000 : 0;
  countDown();
  if (next) announce(notice.dataset.stays);
}

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-stay]")) stay(target.closest("#ending"));
});

// --- at the beginning of each page

function begin() {
  const notice = document.getElementById("ending");
  clock.ends = Date.now() + (notice?.dataset.seconds ?? 0) * 1000;
  countDown();
  for (const part of all("[data-poll]")) wait(part);
  for (const box of all("[data-all]")) box.closest("[hidden]")?.removeAttribute("hidden");
  for (const link of all("[data-more]")) watcher.observe(link);
  for (const form of all("[data-expires]")) {
    setTimeout(() => form.remove(), Number(form.dataset.expires) * 1000);
  }
}

begin();
history.replaceState({}, "", withoutNotice(location.href));
