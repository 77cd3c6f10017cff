// The page: shows what the server tells, sends what the customer writes, and tries again until it has arrived.
// All words stand in the HTML, in the reader's language; nothing here speaks.

const byId = (id) => document.getElementById(id);
const [log, scroller, welcome, waiting, offline] = ["log", "scroll", "welcome", "waiting", "offline"].map(byId);
const [form, box, fresh, cancel] = ["ask", "text", "fresh", "cancel"].map(byId);
const shown = new Map(); // id or key of a message -> its <article>
const DELAYS = [0.5, 1, 2, 4, 8, 15]; // seconds between attempts
let conversation = Number(remembered("conversation")) || 1;
let editing = null;

// --- what the customer does ---------------------------------------------------------------------------------

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = box.value.trim();
  if (!text) return;
  const changed = editing;
  write("");
  stopEditing();
  if (changed) change(changed, text);
  else ask(text);
});

box.addEventListener("input", fit);
box.addEventListener("keydown", (event) => {
  const composing = event.isComposing || event.keyCode === 229; // Enter that ends a Japanese word sends nothing
  if (event.key === "Enter" && !event.shiftKey && !composing) {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.key === "Escape" && editing) {
    write("");
    stopEditing();
  }
});

welcome.addEventListener("click", (event) => {
  const suggestion = event.target.closest(".suggestion");
  if (suggestion) ask(suggestion.textContent.trim());
});

log.addEventListener("click", (event) => {
  const action = event.target.closest(".actions button");
  if (action) press(action);
  const button = event.target.closest(".tools button");
  if (!button) return;
  const article = button.closest("article");
  if (button.classList.contains("edit")) startEditing(article);
  else takeBack(article);
});

cancel.addEventListener("click", () => { write(""); stopEditing(); });

fresh.addEventListener("click", () => {
  conversation = Date.now();
  remember("conversation", conversation);
  shown.clear();
  log.replaceChildren();
  announce(waiting, false);
  write("");
  stopEditing();
  arrange();
});

async function ask(text) {
  const id = uuid();
  const article = question({ id, text });
  article.classList.add("sending");
  toBottom();
  focusBox();
  const answered = await persist("POST", "/chat/messages", { id, text, conversation });
  article.classList.remove("sending");
  article.classList.toggle("failed", !answered);
}

async function change(article, text) {
  rewrite(article, text);
  article.classList.add("sending");
  focusBox();
  await persist("PUT", `/chat/messages/${article.dataset.id}`, { text });
  article.classList.remove("sending");
}

async function takeBack(article) {
  if (editing === article) { write(""); stopEditing(); }
  article.classList.add("sending");
  focusBox();
  if (await persist("DELETE", `/chat/messages/${article.dataset.id}`)) remove(article.dataset.id);
}

function startEditing(article) {
  stopEditing();
  editing = article;
  article.classList.add("editing");
  cancel.hidden = false;
  write(article.querySelector(".said").textContent);
  box.focus();
}

function stopEditing() {
  editing?.classList.remove("editing");
  editing = null;
  cancel.hidden = true;
  focusBox();
}

async function press(button) {
  const article = button.closest("article");
  const { action, value } = button.dataset;
  button.disabled = true;
  const came = await react("/chat/presses", { message: article.dataset.id, action, value });
  button.disabled = false;
  const opinions = [...article.querySelectorAll("[aria-pressed]")];
  if (came && opinions.includes(button)) opinions.forEach((each) => each.setAttribute("aria-pressed", String(each === button)));
  showReaction(article, came);
}

async function send(article, form, name, value) {
  form.querySelector("[type=submit]").disabled = true;
  const came = await react("/chat/forms", { form: name, value, entries: Object.fromEntries(new FormData(form)) });
  if (came) showReaction(article, came);
  else form.querySelector("[type=submit]").disabled = false;
}

// --- to the server ------------------------------------------------------------------------------------------

async function persist(method, url, data) {
  for (let attempt = 0; ; attempt++) {
    const status = await request(method, url, data);
    if (status === 401) await renew(); // the cookie is gone: a visit to the page brings a new one
    else if (status && status < 500 && status !== 408 && status !== 429) {
      if (attempt) announce(offline, false);
      return status < 300;
    } else if (attempt) announce(offline, true);
    await pause(DELAYS[Math.min(attempt, DELAYS.length - 1)]);
  }
}

async function request(method, url, data) {
  const body = data && JSON.stringify(data);
  try {
    const answer = await fetch(url, { method, body, headers: body ? { "Content-Type": "application/json" } : {} });
    return answer.status;
  } catch {
    return 0;
  }
}

async function react(url, said) {
  const body = JSON.stringify({ id: uuid(), conversation, ...said });
  for (const again of [true, false]) {
    try {
      const answer = await fetch(url, { method: "POST", body, headers: { "Content-Type": "application/json" } });
      if (answer.ok) return await answer.json();
      if (answer.status === 401 && again) await renew();
      else return null;
    } catch {
      return null;
    }
  }
}

const renew = () => request("GET", "/");

// --- from the server ----------------------------------------------------------------------------------------

function listen() {
  const events = new EventSource("/chat/events");
  let worried = 0;
  const calm = () => { clearTimeout(worried); worried = 0; };
  events.onopen = () => { calm(); announce(offline, false); };
  events.onerror = async () => {
    worried ||= setTimeout(announce, 1500, offline, true); // a short break frightens nobody
    if (events.readyState !== EventSource.CLOSED) return; // it comes back by itself
    await pause(2);
    await renew();
    calm();
    listen();
  };
  on(events, "question", question);
  on(events, "live", grow);
  on(events, "answer", answer);
  on(events, "edit", ({ id, text }) => { if (shown.has(id)) rewrite(shown.get(id), text); });
  on(events, "deletion", ({ id }) => remove(id));
  events.addEventListener("status", ({ data }) => work(JSON.parse(data).working.includes(String(conversation))));
}

function on(events, kind, show) {
  events.addEventListener(kind, ({ data }) => {
    const said = JSON.parse(data);
    if (said.conversation === String(conversation)) show(said);
  });
}

// --- what is seen -------------------------------------------------------------------------------------------

function question({ id, text }) {
  const article = shown.get(id) ?? place("question", id);
  rewrite(article, text);
  return article;
}

function grow({ answers, html }) { // half an answer: a screen reader waits for the whole of it
  const name = `live ${answers}`;
  if (!html) return remove(name);
  const known = shown.get(name);
  const article = known ?? place("answer", name);
  article.setAttribute("aria-hidden", "true");
  article.querySelector(".said").innerHTML = html; // made safe by the server, as below
  if (!known) showFrom(article);
}

function answer({ id, key, html, language, dir, actions, answers }) {
  remove(`live ${answers}`);
  const known = shown.get(key);
  if (known?.dataset.id === id) return; // told again after a broken line: nobody wants to hear it read again
  const article = known ?? place("answer", key);
  article.dataset.id = id;
  const said = article.querySelector(".said");
  said.lang = language;
  said.dir = dir;
  said.innerHTML = html; // made safe by the server (outgoing.py), and no script of others may run here (CSP)
  article.querySelector(".actions").replaceChildren(...(actions ?? []).map(actionButton));
  work(false);
  if (!known) showFrom(article);
}

function actionButton({ action, label, value }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  Object.assign(button.dataset, { action, value });
  const sign = byId(`sign-${action}`);
  button.append(sign ? sign.content.cloneNode(true) : label);
  if (sign) {
    button.setAttribute("aria-label", label);
    button.setAttribute("aria-pressed", "false");
    button.title = label;
  }
  return button;
}

function showReaction(article, came) { // under the answer, and read aloud: the log is a live region
  const place = article.querySelector(".reaction");
  place.lang = came?.language ?? document.documentElement.lang;
  place.dir = came?.dir ?? document.documentElement.dir;
  if (came?.form) place.replaceChildren(formOf(article, came.form));
  else if (came) place.innerHTML = came.html ?? ""; // as above: made safe by the server
  else place.textContent = offline.dataset.text;
  place.querySelector("select, textarea, input")?.focus();
}

function formOf(article, { name, value, submit, fields }) {
  const form = document.createElement("form");
  const rows = fields.map((field) => {
    const label = document.createElement("label");
    label.append(field.label, fieldOf(field));
    return label;
  });
  const button = document.createElement("button");
  button.type = "submit";
  button.className = "quiet";
  button.textContent = submit;
  form.append(...rows, button);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(article, form, name, value);
  });
  return form;
}

function fieldOf({ name, text, long, required, options }) {
  const field = document.createElement(options.length ? "select" : long ? "textarea" : "input");
  if (options.length) field.append(...(required ? [] : [new Option("", "")]), ...options.map(([value, label]) => new Option(label, value)));
  else field.maxLength = 2000;
  return Object.assign(field, { name, required, value: text });
}

function rewrite(article, text) {
  const said = article.querySelector(".said");
  if (said.textContent !== text) said.textContent = text;
}

function place(kind, name) {
  const article = byId(kind).content.firstElementChild.cloneNode(true);
  article.dataset.id = name;
  shown.set(name, article);
  log.append(article);
  arrange();
  return article;
}

function remove(id) {
  shown.get(id)?.remove();
  shown.delete(id);
  arrange();
}

function arrange() {
  welcome.hidden = log.childElementCount > 0;
  fresh.hidden = !welcome.hidden;
  const questions = log.querySelectorAll(".question");
  questions.forEach((each, number) => each.classList.toggle("last", number === questions.length - 1));
}

function work(on) {
  announce(waiting, on);
  if (!on) return;
  const dots = document.createElement("span");
  dots.className = "dots";
  dots.setAttribute("aria-hidden", "true");
  dots.append(...Array.from({ length: 3 }, () => document.createElement("i")));
  waiting.prepend(dots);
  toBottom();
}

function announce(place, on) { // a screen reader speaks when words arrive, not when they become visible
  const text = on ? place.dataset.text : "";
  if (place.textContent !== text) place.textContent = text;
}

function write(text) {
  box.value = text;
  fit();
}

function fit() { // what was in sight above a growing box stays in sight
  const below = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
  box.dir = box.value ? "auto" : ""; // an empty box follows the page, a written one its own text
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
  scroller.scrollTop = scroller.scrollHeight - scroller.clientHeight - below;
}

function focusBox() { // on a phone the keyboard would jump up
  if (matchMedia("(pointer: fine)").matches || document.activeElement === box) box.focus();
}

function toBottom() {
  scroller.scrollTo({ top: scroller.scrollHeight });
}

function showFrom(article) { // a long answer is read from its beginning
  const top = article.offsetTop - scroller.offsetTop - 16;
  scroller.scrollTo({ top: Math.min(top, scroller.scrollHeight) });
}

// --- small things -------------------------------------------------------------------------------------------

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

function uuid() { // crypto.randomUUID is only there on https and localhost
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, hex);
}

function remembered(name) {
  try { return localStorage.getItem(name); } catch { return null; }
}

function remember(name, value) {
  try { localStorage.setItem(name, value); } catch { /* a browser that keeps nothing: the page works without */ }
}

listen();
fit();
focusBox();
