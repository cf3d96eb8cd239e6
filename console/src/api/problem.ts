import type { components } from "./schema";

type Told = Partial<components["schemas"]["Problem"]["error"]>;

/** A wrong field of a request. */
export interface WrongField {
  field: string;
  message: string;
}

/** What a call was answered instead of what it asked for. */
export class ApiProblem extends Error {
  readonly status: number; // 0: no answer came
  readonly code: string;
  readonly requestId: string;
  readonly traceId: string;
  readonly fields: WrongField[];

  constructor(status: number, told: Told, traceId = "") {
    super(told.message ?? `HTTP ${status}`);
    this.name = "ApiProblem";
    this.status = status;
    this.code = told.code ?? "internal";
    this.requestId = told.request_id ?? "";
    this.traceId = traceId;
    this.fields = told.details ?? [];
  }

  /** What is said of one field, if it is wrong. */
  of(field: string): string | undefined {
    return this.fields.find((wrong) => wrong.field === field)?.message;
  }
}

function toldBy(body: unknown): Told {
  const error = (body as { error?: unknown } | undefined)?.error;
  if (typeof error === "object" && error !== null) return error as Told;
  return typeof error === "string" ? { message: error } : {};
}

/** The problem that an answer tells of; `body` is its JSON, where that was read already. */
export async function problemOf(response: Response, body?: unknown): Promise<ApiProblem> {
  const told = body ?? (await response.json().catch(() => undefined));
  const trace = response.headers.get("traceparent")?.split("-")[1] ?? "";
  return new ApiProblem(response.status, toldBy(told), trace);
}
