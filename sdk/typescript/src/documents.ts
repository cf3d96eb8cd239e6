import type { components } from "./contract.mts";
import { AivaError } from "./errors.ts";
import { fillPath, type CallOptions } from "./operations.ts";
import { makeKey, pause, type Transport } from "./transport.ts";

export type Document = components["schemas"]["Document"];

export interface Upload extends CallOptions {
  /** The knowledge base. */
  kbId: string;
  /** A file of a form, or bytes. */
  file: Blob | Uint8Array | string;
  /** Needed where the file does not name itself. */
  filename?: string;
  metadata?: Record<string, unknown>;
  /** How much is on its way; told at the end in any case. */
  onProgress?: (sent: number, total: number) => void;
}

export interface Waiting {
  signal?: AbortSignal;
  onStatus?: (document: Document) => void;
  /** 10 minutes by default. */
  timeoutMs?: number;
}

const settled = ["completed", "failed", "cancelled"];

/** Documents on their way into a knowledge base. */
export class Documents {
  private readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  /**
   * Stores a file; answers its id as soon as it is safe. Reading it goes on behind: see
   * waitUntilReady.
   */
  async upload(upload: Upload): Promise<string> {
    const form = encodeForm(upload);
    const { onProgress } = upload;
    const isBrowser = typeof XMLHttpRequest !== "undefined";
    const response = await this.transport.send({
      method: "POST",
      path: fillPath("/api/knowledge/{kbId}/documents/upload", { kbId: upload.kbId }),
      headers: { ...upload.headers, "content-type": form.type },
      body: () => (onProgress && !isBrowser ? counted(form, onProgress) : form),
      signal: upload.signal,
      idempotencyKey: upload.idempotencyKey,
      ...(onProgress && isBrowser ? { by: telling(onProgress) } : {}),
    });
    const { data } = (await response.json()) as { data: { document_id: string } };
    upload.onProgress?.(form.size, form.size);
    return data.document_id;
  }

  /** The document once it is read; throws an AivaError where it cannot be. */
  async waitUntilReady(kbId: string, documentId: string, waiting: Waiting = {}): Promise<Document> {
    const end = Date.now() + (waiting.timeoutMs ?? 600_000);
    const path = fillPath("/api/knowledge/{kbId}/documents/{documentId}", { kbId, documentId });
    for (let wait = 200; ; wait = Math.min(2_000, wait * 1.5)) {
      const response = await this.transport.send({ method: "GET", path, signal: waiting.signal });
      const { data } = (await response.json()) as { data: Document };
      waiting.onStatus?.(data);
      if (data.status === "completed") return data;
      if (settled.includes(data.status)) throw failureOf(data);
      if (Date.now() + wait > end)
        throw new AivaError({ status: 0, code: "timeout", message: `Still ${data.status}` });
      await pause(wait, waiting.signal);
    }
  }
}

/** Fetches by XMLHttpRequest: only it tells browsers how much of a body is sent. */
function telling(tell: (sent: number, total: number) => void): typeof fetch {
  return (input, init = {}) =>
    new Promise<Response>((done, failed) => {
      const { signal } = init;
      const request = new XMLHttpRequest();
      request.open(init.method ?? "GET", String(input));
      for (const [name, value] of Object.entries(init.headers as Record<string, string>))
        request.setRequestHeader(name, value);
      request.upload.onprogress = ({ loaded, total }) => tell(loaded, total);
      request.onload = () => {
        const headers = readHeaders(request.getAllResponseHeaders());
        done(new Response(request.responseText, { status: request.status, headers }));
      };
      request.onerror = () => failed(new TypeError("The upload broke off"));
      request.onabort = () => failed(signal?.reason as Error);
      if (signal?.aborted) return failed(signal.reason as Error);
      signal?.addEventListener("abort", () => request.abort(), { once: true });
      request.send(init.body as XMLHttpRequestBodyInit);
    });
}

/** As XMLHttpRequest lists them: "name: value" in lines. */
function readHeaders(lines: string): [string, string][] {
  return lines
    .trim()
    .split(/\r?\n/)
    .filter((line) => line.includes(": "))
    .map((line) => [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)]);
}

function failureOf(document: Document): AivaError {
  const { error_message: said } = document as { error_message?: string | null };
  return new AivaError({
    status: 0,
    code: document.status,
    message: said || `The document is ${document.status}`,
  });
}

/** The form as one body, the same for each try. */
function encodeForm({ file, filename, metadata }: Upload): Blob {
  const boundary = `aiva-${makeKey()}`;
  const name = filename ?? (file as { name?: string }).name;
  if (!name) throw new TypeError("A file without a name needs `filename`");
  const quoted = name.replace(/["\r\n]/g, (c) => encodeURIComponent(c));
  const type = file instanceof Blob && file.type ? file.type : "application/octet-stream";
  const parts: BlobPart[] = [];
  if (metadata)
    parts.push(
      `--${boundary}\r\ncontent-disposition: form-data; name="metadata"\r\n\r\n`,
      `${JSON.stringify(metadata)}\r\n`,
    );
  parts.push(
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${quoted}"\r\n`,
    `content-type: ${type}\r\n\r\n`,
    file as BlobPart,
    `\r\n--${boundary}--\r\n`,
  );
  return new Blob(parts, { type: `multipart/form-data; boundary=${boundary}` });
}

/** The form as a stream that tells how much of it was taken. */
function counted(
  form: Blob,
  tell: (sent: number, total: number) => void,
): ReadableStream<Uint8Array> {
  let sent = 0;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      sent += piece.byteLength;
      tell(sent, form.size);
      controller.enqueue(piece);
    },
  });
  return form.stream().pipeThrough(count);
}
