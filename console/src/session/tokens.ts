import type { components } from "../api/schema";

type SignedIn = components["schemas"]["SignedIn"];
export type User = components["schemas"]["User"];

/** What a browser keeps of a session. */
export interface Session {
  token: string;
  refreshToken: string;
  expiresAt: number; // ms since 1970
  user: User;
}

const name = "aiva.session";
const earlyMs = 20_000; // a token that ends sooner than this is exchanged first
const listeners = new Set<() => void>();

let kept: Session | null | undefined; // undefined: not read yet

function read(storage: Storage): Session | null {
  try {
    const text = storage.getItem(name);
    return text === null ? null : (JSON.parse(text) as Session);
  } catch {
    return null;
  }
}

/** The session of this browser, or null when nobody is signed in. */
export function session(): Session | null {
  if (kept === undefined) kept = read(sessionStorage) ?? read(localStorage);
  return kept;
}

function tell(): void {
  for (const listener of listeners) listener();
}

export function onSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function write(next: Session, storage: Storage): void {
  kept = next;
  storage.setItem(name, JSON.stringify(next));
  tell();
}

function sessionOf(signed: SignedIn): Session {
  return {
    token: signed.token,
    refreshToken: signed.refresh_token,
    expiresAt: Date.parse(signed.expires_at),
    user: signed.user,
  };
}

/** Begins a session; `stays` beyond the end of the browser. */
export function beginSession(signed: SignedIn, stays: boolean): void {
  endSession();
  write(sessionOf(signed), stays ? localStorage : sessionStorage);
}

export function endSession(): void {
  sessionStorage.removeItem(name);
  localStorage.removeItem(name);
  kept = null;
  tell();
}

/** Keeps what the server says of the user. */
export function keepUser(user: User): void {
  const old = session();
  if (old === null || JSON.stringify(old.user) === JSON.stringify(user)) return;
  write({ ...old, user }, read(sessionStorage) === null ? localStorage : sessionStorage);
}

// A refresh token is good for one exchange, and every tab has the same one: they queue.
async function oneTabAtATime<T>(work: () => Promise<T>): Promise<T> {
  if (!("locks" in navigator)) return work();
  return navigator.locks.request("aiva.refresh", work);
}

async function exchange(spent: string): Promise<string | null> {
  const storage = read(sessionStorage) === null ? localStorage : sessionStorage;
  const current = read(storage);
  if (current === null) return null;
  if (current.token !== spent) {
    kept = current; // another tab was here first
    return current.token;
  }
  const answer = await fetch("/api/auth/refresh", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ refresh_token: current.refreshToken }),
  });
  if (answer.status === 400 || answer.status === 401 || answer.status === 403) {
    endSession();
    return null;
  }
  if (!answer.ok) return current.token; // the server has trouble: the session is not over
  const next = sessionOf(((await answer.json()) as { data: SignedIn }).data);
  write(next, storage);
  return next.token;
}

let exchanging: Promise<string | null> | undefined;

/** The next token after `spent`; null when the session is over. */
export function nextToken(spent: string): Promise<string | null> {
  exchanging ??= oneTabAtATime(() => exchange(spent)).finally(() => {
    exchanging = undefined;
  });
  return exchanging;
}

/** A token that is good for a while; null when nobody is signed in. */
export async function freshToken(): Promise<string | null> {
  const current = session();
  if (current === null) return null;
  if (current.expiresAt - Date.now() > earlyMs) return current.token;
  return nextToken(current.token);
}

// What another tab does counts here, too.
window.addEventListener("storage", (event) => {
  if (event.key !== name || read(sessionStorage) !== null) return;
  kept = read(localStorage);
  tell();
});
