import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

export type Json = any;

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  body: Json; // parsed when it is JSON
}

/** One server-sent event. */
export interface ServerEvent {
  event: string;
  data: Json;
}

/** Speaks HTTP to one AIVA as one user. */
export class Client {
  readonly url: string;
  token = "";
  apiKey = "";
  user: Json = undefined;

  constructor(url: string) {
    this.url = url;
  }

  private headers(extra: Record<string, string> = {}): Record<string, string> {
    return {
      ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
      ...(this.apiKey ? { "x-api-key": this.apiKey } : {}),
      ...extra,
    };
  }

  async send(
    method: string,
    path: string,
    body?: Json,
    extra: Record<string, string> = {},
  ): Promise<Reply> {
    const isRaw =
      typeof body === "string" || body instanceof FormData || body instanceof Uint8Array;
    const headers = this.headers(
      body === undefined || isRaw ? extra : { "content-type": "application/json", ...extra },
    );
    const response = await fetch(this.url + path, {
      method,
      headers,
      redirect: "manual",
      ...(body === undefined ? {} : { body: (isRaw ? body : JSON.stringify(body)) as BodyInit }),
    });
    const text = await response.text();
    let parsed: Json = undefined;
    try {
      parsed = JSON.parse(text);
    } catch {
      parsed = undefined;
    }
    return { status: response.status, headers: response.headers, text, body: parsed };
  }

  get(path: string, extra: Record<string, string> = {}): Promise<Reply> {
    return this.send("GET", path, undefined, extra);
  }
  post(path: string, body?: Json, extra: Record<string, string> = {}): Promise<Reply> {
    return this.send("POST", path, body, extra);
  }
  put(path: string, body?: Json): Promise<Reply> {
    return this.send("PUT", path, body);
  }
  delete(path: string): Promise<Reply> {
    return this.send("DELETE", path);
  }

  async login(email: string, password: string): Promise<Reply> {
    const reply = await this.post("/api/auth/login", { email, password });
    if (reply.status === 200) {
      this.token = reply.body.data.token;
      this.user = reply.body.data.user;
    }
    return reply;
  }

  async createKnowledgeBase(name: string): Promise<string> {
    const reply = await this.post(`/api/knowledge/${this.user.tenant_id}/knowledge-bases`, {
      name,
    });
    if (reply.status !== 201) throw new Error(`create failed: ${reply.status} ${reply.text}`);
    return reply.body.data.id;
  }

  /** Uploads a file of this machine or the given bytes; the reply as it came. */
  uploadReply(knowledgeBase: string, file: string, bytes?: Uint8Array | string): Promise<Reply> {
    const form = new FormData();
    const content = bytes ?? readFileSync(file);
    form.append("file", new Blob([content as BlobPart]), basename(file));
    return this.post(
      `/api/knowledge/${this.user.tenant_id}/knowledge-bases/${knowledgeBase}/documents/upload`,
      form,
    );
  }

  async upload(knowledgeBase: string, file: string, bytes?: Uint8Array | string): Promise<string> {
    const reply = await this.uploadReply(knowledgeBase, file, bytes);
    if (reply.status !== 201) throw new Error(`upload failed: ${reply.status} ${reply.text}`);
    return reply.body.data.document_id;
  }

  /** Uploads an image; fields go into the form beside it. */
  uploadImage(
    knowledgeBase: string,
    name: string,
    bytes: Uint8Array,
    fields: Record<string, string> = {},
  ): Promise<Reply> {
    const form = new FormData();
    form.append("file", new Blob([bytes as BlobPart]), name);
    for (const [field, value] of Object.entries(fields)) form.append(field, value);
    return this.post(`/api/knowledge/${knowledgeBase}/images`, form);
  }

  async documentStatus(knowledgeBase: string, document: string): Promise<Json> {
    const reply = await this.get(`/api/knowledge/${knowledgeBase}/documents/${document}`);
    if (reply.status !== 200) throw new Error(`status failed: ${reply.status} ${reply.text}`);
    return reply.body.data;
  }

  /** Polls until the document's ingestion has ended. */
  async settled(knowledgeBase: string, document: string, timeoutMs = 180_000): Promise<Json> {
    const until = Date.now() + timeoutMs;
    for (;;) {
      const status = await this.documentStatus(knowledgeBase, document);
      if (["completed", "failed", "cancelled"].includes(status.status)) return status;
      if (Date.now() > until) throw new Error(`still ${status.status} ${status.progress} %`);
      await pause(50);
    }
  }

  async createSession(knowledgeBase: string): Promise<string> {
    const reply = await this.post("/api/chat/sessions", { kb_id: knowledgeBase });
    if (reply.status !== 201) throw new Error(`session failed: ${reply.status} ${reply.text}`);
    return reply.body.data.id;
  }

  /** Reads a stream of server-sent events to its end, or until `enough` says so. */
  async events(
    method: string,
    path: string,
    body?: Json,
    enough: (event: ServerEvent) => boolean = () => false,
    extra: Record<string, string> = {},
  ): Promise<ServerEvent[]> {
    const stop = new AbortController();
    const response = await fetch(this.url + path, {
      method,
      signal: stop.signal,
      headers: this.headers({
        accept: "text/event-stream",
        ...(body ? { "content-type": "application/json" } : {}),
        ...extra,
      }),
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (response.status !== 200)
      throw new Error(`stream failed: ${response.status} ${await response.text()}`);
    const events: ServerEvent[] = [];
    const decoder = new TextDecoder();
    let text = "";
    try {
      for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
        text += decoder.decode(piece, { stream: true });
        for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
          const event = parseEvent(text.slice(0, end));
          text = text.slice(end + 2);
          if (event === undefined) continue;
          events.push(event);
          if (enough(event)) {
            stop.abort();
            return events;
          }
        }
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
    return events;
  }
}

function parseEvent(block: string): ServerEvent | undefined {
  let event = "message";
  let data = "";
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) event = line.slice(6).trim();
    if (line.startsWith("data:")) data += line.slice(5).trim();
  }
  return data === "" ? undefined : { event, data: JSON.parse(data) };
}
