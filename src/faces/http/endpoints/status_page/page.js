// The status page: asks /api/status every few seconds and draws what it says.
"use strict";

const tokenKey = "aiva.status.token";
const keyKey = "aiva.status.key";
const width = 180;
const height = 48;
const askTimeMs = 8000;
const byId = (id) => document.getElementById(id);

const storage = {
  read(name) {
    try {
      return sessionStorage.getItem(name) ?? "";
    } catch {
      return "";
    }
  },
  write(name, value) {
    try {
      if (value) sessionStorage.setItem(name, value);
      else sessionStorage.removeItem(name);
    } catch {
      // Without a storage the sign-in lasts as long as the page.
    }
  },
};

let token = storage.read(tokenKey);
let key = storage.read(keyKey);
let isPaused = false;
let timer = 0;
const cards = new Map();

const number = (value, digits) =>
  new Intl.NumberFormat(undefined, { maximumFractionDigits: digits }).format(value);

const scaled = (value, names, base) => {
  let at = 0;
  while (Math.abs(value) >= base && at + 1 < names.length) {
    value /= base;
    at += 1;
  }
  return `${number(value, value < 10 && at > 0 ? 1 : 0)} ${names[at]}`;
};

/** A value as people read it. */
function shown(value, unit) {
  if (value === null || value === undefined) return "–";
  if (unit === "ratio") return `${number(value * 100, value < 0.1 ? 1 : 0)} %`;
  if (unit === "ms")
    return value < 1000 ? `${number(value, 1)} ms` : `${number(value / 1000, 2)} s`;
  if (unit === "s") return `${number(value, 0)} s`;
  if (unit === "bytes") return scaled(value, ["B", "KiB", "MiB", "GiB", "TiB"], 1024);
  if (unit === "bytes/s") return scaled(value, ["B/s", "kB/s", "MB/s", "GB/s"], 1000);
  const digits = value < 10 ? 1 : 0;
  return unit ? `${number(value, digits)} ${unit}` : number(value, digits);
}

const make = (name, className, parent) => {
  const element = document.createElement(name);
  if (className) element.className = className;
  parent?.append(element);
  return element;
};

const draw = (name, className, parent) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  if (className) element.setAttribute("class", className);
  parent?.append(element);
  return element;
};

/** The list of a group's cards, made when its first figure comes. */
function listOf(group) {
  const id = `group-${group.toLowerCase()}`;
  const known = byId(id);
  if (known) return known;
  const section = make("section", "", byId("groups"));
  const heading = make("h2", "", section);
  heading.id = `${id}-name`;
  heading.textContent = group;
  section.setAttribute("aria-labelledby", heading.id);
  const list = make("ul", "cards", section);
  list.id = id;
  return list;
}

function cardOf(figure) {
  const known = cards.get(figure.name);
  if (known) return known;
  const card = make("li", "card", listOf(figure.group));
  const label = make("p", "label", card);
  label.textContent = figure.label;
  const parts = {
    card,
    value: make("p", "value", card),
    limit: make("p", "limit", card),
    chart: draw("svg", "", card),
  };
  parts.chart.setAttribute("viewBox", `0 0 ${width} ${height}`);
  parts.chart.setAttribute("preserveAspectRatio", "none");
  parts.chart.setAttribute("role", "img");
  draw("path", "ground", parts.chart).setAttribute("d", `M0 ${height - 1}H${width}`);
  parts.bound = draw("path", "bound", parts.chart);
  parts.line = draw("path", "", parts.chart);
  cards.set(figure.name, parts);
  return parts;
}

/** A path through what is known; it is lifted where nothing is. */
function pathThrough(values, top) {
  let path = "";
  let isDown = false;
  const step = width / Math.max(values.length - 1, 1);
  values.forEach((value, index) => {
    if (value === null) {
      isDown = false;
      return;
    }
    const x = (index * step).toFixed(1);
    const y = (height - 2 - (value / top) * (height - 4)).toFixed(1);
    path += isDown ? `L${x} ${y}` : `M${x} ${y}h0.5`;
    isDown = true;
  });
  return path;
}

const limits = { ok: "", warn: "worth a look", alert: "needs action", unknown: "" };

function limitText(figure) {
  if (figure.state === "unknown") return "not known here";
  const limit = figure.state === "alert" ? figure.alert : figure.warn;
  if (limit === undefined) return "";
  const word = figure.name === "call_quality_ratio" ? "at least" : "below";
  const text = `${word} ${shown(figure.warn, figure.unit)} is well`;
  return limits[figure.state] ? `${limits[figure.state]}: ${text}` : text;
}

function show(figure, history) {
  const parts = cardOf(figure);
  parts.card.className = `card ${figure.state}`;
  parts.value.textContent = shown(figure.value, figure.unit);
  parts.limit.textContent = limitText(figure);
  const values = history.series[figure.name] ?? [];
  const known = values.filter((value) => value !== null);
  if (known.length === 0) {
    parts.chart.setAttribute("aria-hidden", "true");
    parts.line.setAttribute("d", "");
    parts.bound.setAttribute("d", "");
    return;
  }
  const most = Math.max(...known);
  const top = most > 0 ? most * 1.1 : 1;
  const minutes = Math.round((history.at.at(-1) - history.at[0]) / 60000);
  parts.chart.removeAttribute("aria-hidden");
  parts.chart.setAttribute(
    "aria-label",
    `${figure.label} over ${minutes} minutes: from ${shown(Math.min(...known), figure.unit)} to ` +
      `${shown(most, figure.unit)}`,
  );
  parts.line.setAttribute("d", pathThrough(values, top));
  const isSeen = figure.warn !== undefined && figure.warn <= top;
  const y = height - 2 - (figure.warn / top) * (height - 4);
  parts.bound.setAttribute("d", isSeen ? `M0 ${y.toFixed(1)}H${width}` : "");
}

function tell(text, isTrouble = false) {
  const notice = byId("notice");
  if (notice.textContent !== text) notice.textContent = text;
  notice.className = isTrouble ? "trouble" : "";
}

function since(instant) {
  const minutes = Math.floor((Date.now() - Date.parse(instant)) / 60000);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

function showAll(status) {
  const state = status.is_draining ? " · stopping" : "";
  byId("about").textContent =
    `${status.version} · role ${status.role} · up ${since(status.started_at)}${state}`;
  for (const figure of status.figures) show(figure, status.history);
  const troubled = status.figures.filter((figure) => figure.state === "alert");
  const names = troubled.map((figure) => `${figure.group}: ${figure.label}`).join(", ");
  tell(troubled.length > 0 ? `Needs action: ${names}` : "", troubled.length > 0);
}

function showSignIn(text) {
  byId("sign-in").hidden = false;
  byId("pause").hidden = true;
  byId("leave").hidden = true;
  byId("groups").replaceChildren();
  cards.clear();
  byId("about").textContent = "";
  tell(text, text !== "");
}

function forget() {
  token = "";
  key = "";
  storage.write(tokenKey, "");
  storage.write(keyKey, "");
}

const credentials = () => (key ? { "x-api-key": key } : { authorization: `Bearer ${token}` });

/** Seconds until the next question; 0: somebody has to sign in first. */
async function ask() {
  const reply = await fetch("/api/status", {
    headers: credentials(),
    signal: AbortSignal.timeout(askTimeMs),
  });
  if (reply.status === 401) {
    forget();
    showSignIn("The sign-in is not valid or has ended.");
    return 0;
  }
  if (reply.status === 403) {
    forget();
    showSignIn("This account may not see the whole installation.");
    return 0;
  }
  if (!reply.ok) throw new Error(`the server answered ${reply.status}`);
  const { data } = await reply.json();
  byId("sign-in").hidden = true;
  byId("pause").hidden = false;
  byId("leave").hidden = false;
  showAll(data);
  return data.interval_s;
}

async function turn() {
  clearTimeout(timer);
  if (!token && !key) return showSignIn("");
  let wait = 5;
  try {
    if (!isPaused && !document.hidden) wait = await ask();
  } catch (error) {
    tell(`No figures at the moment: ${error.message}`, true);
  }
  if (wait > 0) timer = setTimeout(turn, wait * 1000);
  return undefined;
}

async function signIn(event) {
  event.preventDefault();
  key = byId("key").value.trim();
  if (!key) {
    const reply = await fetch("/api/auth/login", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: byId("email").value, password: byId("password").value }),
    }).catch(() => null);
    const body = await reply?.json().catch(() => null);
    if (!reply?.ok) {
      tell(body?.error?.message ?? "The server cannot be reached.", true);
      return;
    }
    token = body.data.token;
  }
  storage.write(tokenKey, token);
  storage.write(keyKey, key);
  byId("password").value = "";
  byId("key").value = "";
  tell("");
  await turn();
}

byId("sign-in").addEventListener("submit", signIn);
byId("pause").addEventListener("click", () => {
  isPaused = !isPaused;
  byId("pause").setAttribute("aria-pressed", String(isPaused));
  byId("pause").textContent = isPaused ? "Go on" : "Pause";
  turn();
});
byId("leave").addEventListener("click", () => {
  forget();
  turn();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) turn();
});
turn();
