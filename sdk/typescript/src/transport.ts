import type { Credentials } from "./credentials.ts";
import { AivaError, errorOf, unreachable } from "./errors.ts";

/** How often a call is sent again, and how long it is waited before. */
export interface RetryOptions {
  /** Beside the first; 3 by default, 0: never. */
  tries?: number;
  /** Before the second try; doubled before each further one. 500 by default. */
  firstWaitMs?: number;
  /** 20 000 by default; a longer `Retry-After` ends the call instead. */
  waitMaxMs?: number;
}

export interface Sending {
  method: string;
  path: string; // with its query
  headers?: Record<string, string>;
  /** Made anew for each try. */
  body?: () => BodyInit | undefined;
  signal?: AbortSignal | undefined;
  idempotencyKey?: string | undefined;
  /** Sends it, instead of the client's. */
  by?: typeof fetch;
}

/** Waits, unless the signal ends it. */
export function pause(timeMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done, failed) => {
    const stop = (): void => {
      clearTimeout(timer);
      failed(signal?.reason as Error);
    };
    if (signal?.aborted) return failed(signal.reason as Error);
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      done();
    }, timeMs);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** A name for a write: it need not be secret, only nobody else's. */
export function makeKey(): string {
  const word = (): string => Math.random().toString(36).slice(2).padEnd(11, "0");
  return globalThis.crypto?.randomUUID?.() ?? `${Date.now().toString(36)}-${word()}-${word()}`;
}

/** Sends calls, and sends them again where that does no harm. */
export class Transport {
  readonly url: string;
  private readonly credentials: Credentials;
  private readonly send_: typeof fetch;
  private readonly retry: Required<RetryOptions>;

  constructor(url: string, credentials: Credentials, send: typeof fetch, retry: RetryOptions) {
    this.url = url.replace(/\/+$/, "");
    this.credentials = credentials;
    this.send_ = send;
    this.retry = { tries: 3, firstWaitMs: 500, waitMaxMs: 20_000, ...retry };
  }

  /** The answer, if it is a good one. A write carries a key, so that it is done once. */
  async send(sending: Sending): Promise<Response> {
    const isWrite = sending.method !== "GET";
    const key = isWrite ? (sending.idempotencyKey ?? makeKey()) : undefined;
    let hasRenewed = false;
    let isStale = false; // whether the credentials are to be renewed first
    for (let tries = 0; ; ++tries) {
      try {
        if (isStale) await this.credentials.renew(this.send_, this.url);
        isStale = false;
        return await this.once(sending, key);
      } catch (error) {
        sending.signal?.throwIfAborted();
        if (!(error instanceof AivaError)) throw error;
        if (error.status === 401 && this.credentials.canRenew && !hasRenewed) {
          hasRenewed = isStale = true;
          continue;
        }
        const wait = this.waitBefore(error, tries);
        if (wait === undefined) throw error;
        await pause(wait, sending.signal);
      }
    }
  }

  /** How long to wait before the next try; nothing: there is none. */
  private waitBefore(error: AivaError, tries: number): number | undefined {
    if (!error.isPassing || tries >= this.retry.tries) return undefined;
    const doubled = this.retry.firstWaitMs * 2 ** tries;
    const spread = doubled * (0.75 + Math.random() / 2); // so that clients do not come together
    const wait = error.retryAfterMs ?? Math.min(spread, this.retry.waitMaxMs);
    return wait > this.retry.waitMaxMs ? undefined : wait;
  }

  private async once(sending: Sending, key: string | undefined): Promise<Response> {
    const headers = {
      ...(await this.credentials.headers(this.send_, this.url)),
      ...(key === undefined ? {} : { "idempotency-key": key }),
      ...sending.headers,
    };
    const body = sending.body?.();
    let response: Response;
    try {
      const send = sending.by ?? this.send_;
      response = await send(this.url + sending.path, {
        method: sending.method,
        headers,
        ...(body === undefined ? {} : { body }),
        ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
        ...(sending.signal ? { signal: sending.signal } : {}),
      } as RequestInit);
    } catch (cause) {
      if (sending.signal?.aborted) throw cause;
      throw unreachable(this.url, cause);
    }
    if (!response.ok) throw await errorOf(response);
    return response;
  }
}
