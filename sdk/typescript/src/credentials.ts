import { errorOf, unreachable } from "./errors.ts";

/** Tokens of a user who is signed in. */
export interface Tokens {
  token: string;
  refreshToken: string;
}

/** Who calls: a program by its key, or a user, by a password or by the tokens of before. */
export type Who =
  { apiKey: string } | { email: string; password: string } | (Tokens & { email?: undefined });

/** Knows what goes into `Authorization`, and renews it. */
export class Credentials {
  private readonly who: Who | undefined;
  private readonly changed: ((tokens: Tokens) => void) | undefined;
  private tokens: Tokens | undefined;
  private renewing: Promise<void> | undefined;

  /** `changed` is told of every new pair of tokens, to keep it. */
  constructor(who: Who | undefined, changed?: (tokens: Tokens) => void) {
    this.who = who;
    this.changed = changed;
    if (who && "token" in who) this.tokens = { token: who.token, refreshToken: who.refreshToken };
  }

  /** Whether a refused call may go well once they are renewed. */
  get canRenew(): boolean {
    return this.who !== undefined && !("apiKey" in this.who);
  }

  async headers(send: typeof fetch, url: string): Promise<Record<string, string>> {
    if (this.who === undefined) return {};
    if ("apiKey" in this.who) return { "x-api-key": this.who.apiKey };
    if (!this.tokens) await this.renew(send, url);
    return { authorization: `Bearer ${this.tokens?.token}` };
  }

  /** Gets new tokens, once for all calls that wait for them. */
  renew(send: typeof fetch, url: string): Promise<void> {
    this.renewing ??= this.exchange(send, url).finally(() => {
      this.renewing = undefined;
    });
    return this.renewing;
  }

  // A refresh token is good for one exchange; one that is not taken any more needs the password.
  private async exchange(send: typeof fetch, url: string): Promise<void> {
    const old = this.tokens;
    if (old) {
      const body = { refresh_token: old.refreshToken };
      const reply = await post(send, url, "/api/auth/refresh", body);
      if (reply.ok) return this.take(reply);
      if (reply.status !== 401 || !this.who || !("password" in this.who))
        throw await errorOf(reply);
    }
    if (!this.who || !("password" in this.who))
      throw new TypeError("There is nothing to sign in with");
    const { email, password } = this.who;
    const reply = await post(send, url, "/api/auth/login", { email, password });
    if (!reply.ok) throw await errorOf(reply);
    return this.take(reply);
  }

  private async take(reply: Response): Promise<void> {
    const { data } = (await reply.json()) as { data: { token: string; refresh_token: string } };
    this.tokens = { token: data.token, refreshToken: data.refresh_token };
    this.changed?.(this.tokens);
  }
}

async function post(
  send: typeof fetch,
  url: string,
  path: string,
  body: object,
): Promise<Response> {
  try {
    return await send(url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch (cause) {
    throw unreachable(url, cause);
  }
}
