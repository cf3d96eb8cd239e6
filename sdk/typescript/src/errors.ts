/** What is wrong with one field of a request. */
export interface FieldError {
  field: string;
  message: string;
}

/** What the server refused, or could not do. */
export class AivaError extends Error {
  override readonly name = "AivaError";
  /** Of the answer; 0: there was none. */
  readonly status: number;
  /** One of the contract: invalid, not_found, rate_limited, …; `network` without an answer. */
  readonly code: string;
  readonly details: FieldError[];
  /** Under which the server has logged the call. */
  readonly requestId: string;
  /** Of the trace that the call belongs to; 32 hexadecimal digits. */
  readonly traceId: string;
  /** How long to wait, where the server says so. */
  readonly retryAfterMs: number | undefined;

  constructor(facts: {
    status: number;
    code: string;
    message: string;
    details?: FieldError[];
    requestId?: string;
    traceId?: string;
    retryAfterMs?: number | undefined;
    cause?: unknown;
  }) {
    super(facts.message, { cause: facts.cause });
    this.status = facts.status;
    this.code = facts.code;
    this.details = facts.details ?? [];
    this.requestId = facts.requestId ?? "";
    this.traceId = facts.traceId ?? "";
    this.retryAfterMs = facts.retryAfterMs;
  }

  /** Whether the same call may go well later. */
  get isPassing(): boolean {
    return [0, 429, 502, 503, 504].includes(this.status);
  }
}

/** The time of a header `Retry-After`, in seconds or as a date (RFC 9110 §10.2.3). */
export function readRetryAfter(header: string | null, now = Date.now()): number | undefined {
  if (!header) return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The error where there is no answer. */
export function unreachable(url: string, cause: unknown): AivaError {
  return new AivaError({ status: 0, code: "network", message: `${url} cannot be reached`, cause });
}

/** The error that an answer tells of. */
export async function errorOf(response: Response): Promise<AivaError> {
  const answer = (await response.json().catch(() => undefined)) as
    | { error?: { code?: string; message?: string; details?: FieldError[]; request_id?: string } }
    | undefined;
  const error = answer?.error ?? {};
  return new AivaError({
    status: response.status,
    code: error.code ?? "unknown",
    message: error.message ?? `The server answered ${response.status}`,
    details: error.details ?? [],
    requestId: error.request_id ?? response.headers.get("x-request-id") ?? "",
    traceId: response.headers.get("traceparent")?.split("-")[1] ?? "",
    retryAfterMs: readRetryAfter(response.headers.get("retry-after")),
  });
}
