import { useSyncExternalStore } from "react";
import { api, ApiProblem, ask, type Schemas } from "../../api/client";
import { streamEvents } from "../../api/events";
import { upload } from "../../api/uploads";

type Status = Schemas["DocumentStatus"];
export type Stage =
  | "waiting" // for others to be sent
  | "sending"
  | Status["status"]
  | "refused" // the server did not take it
  | "deleted";

/** A file on its way into a knowledge base. */
export interface Upload {
  id: number;
  file: File;
  stage: Stage;
  percent: number; // of the sending, then of the reading
  step: string; // what the server says it does
  document: string | null;
  error: string | null;
  isDuplicate: boolean;
}

const sentAtOnce = 3;
const streamsMax = 2; // a browser has six connections to a server for everything
const pollMs = 1_500;
const ended = new Set<Stage>(["completed", "failed", "cancelled", "refused", "deleted"]);

export function isEnded(item: Upload): boolean {
  return ended.has(item.stage);
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
let streams = 0;
let lastId = 0;

/** The files that go into one knowledge base; it goes on while other pages are shown. */
export class UploadList {
  private items: Upload[] = [];
  private readonly sendings = new Map<number, AbortController>();
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly base: string,
    private readonly onChange: () => void, // a document is there, or has ended
  ) {}

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly snapshot = () => this.items;

  add(files: File[]): void {
    const added = files.map((file) => ({
      id: ++lastId,
      file,
      stage: "waiting" as const,
      percent: 0,
      step: "",
      document: null,
      error: null,
      isDuplicate: false,
    }));
    this.set([...this.items, ...added]);
    this.sendNext();
  }

  async cancel(id: number): Promise<void> {
    const item = this.find(id);
    if (item === undefined || isEnded(item)) return;
    if (item.document === null) {
      this.sendings.get(id)?.abort();
      this.change(id, { stage: "cancelled" });
      this.sendNext();
      return;
    }
    const path = { kbId: this.base, documentId: item.document };
    await ask(
      api.POST("/api/knowledge/{kbId}/documents/{documentId}/cancel", { params: { path } }),
    );
  }

  async retry(id: number): Promise<void> {
    const item = this.find(id);
    if (item === undefined) return;
    if (item.document === null) {
      this.change(id, { stage: "waiting", percent: 0, error: null });
      return this.sendNext();
    }
    const path = { kbId: this.base, documentId: item.document };
    const told = await ask(
      api.POST("/api/knowledge/{kbId}/documents/{documentId}/retry", { params: { path } }),
    );
    this.take(id, told);
    void this.watch(id, item.document);
  }

  forgetEnded(): void {
    this.set(this.items.filter((item) => !isEnded(item)));
  }

  private find(id: number): Upload | undefined {
    return this.items.find((item) => item.id === id);
  }

  private set(items: Upload[]): void {
    this.items = items;
    for (const listener of this.listeners) listener();
  }

  private change(id: number, change: Partial<Upload>): void {
    this.set(this.items.map((item) => (item.id === id ? { ...item, ...change } : item)));
  }

  private sendNext(): void {
    for (const item of this.items) {
      if (this.sendings.size >= sentAtOnce) return;
      if (item.stage === "waiting" && !this.sendings.has(item.id)) void this.send(item);
    }
  }

  private async send(item: Upload): Promise<void> {
    const ending = new AbortController();
    this.sendings.set(item.id, ending);
    this.change(item.id, { stage: "sending" });
    try {
      const form = new FormData();
      form.append("file", item.file, item.file.name);
      const told = await upload<Schemas["Upload"]>(
        `/api/knowledge/${this.base}/documents/upload`,
        form,
        {
          signal: ending.signal,
          onProgress: (sent, total) =>
            this.change(item.id, { percent: total > 0 ? Math.round((100 * sent) / total) : 0 }),
        },
      );
      const isThere = told.status === "completed";
      this.change(item.id, {
        document: told.document_id,
        isDuplicate: told.duplicate,
        stage: isThere ? "completed" : "queued",
        percent: isThere ? 100 : 0,
      });
      this.onChange();
      if (!isThere) void this.watch(item.id, told.document_id);
    } catch (error) {
      if (!ending.signal.aborted)
        this.change(item.id, { stage: "refused", error: whyOf(error as Error) });
    } finally {
      this.sendings.delete(item.id);
      this.sendNext();
    }
  }

  private take(id: number, told: Status): void {
    this.change(id, {
      stage: told.status,
      percent: told.progress,
      step: told.current_step,
      error: told.error_message,
    });
  }

  /** Follows the reading: a few by events, the others by asking again. */
  private async watch(id: number, document: string): Promise<void> {
    const isStreamed = streams < streamsMax;
    try {
      if (isStreamed) await this.follow(id, document);
      else await this.poll(id, document);
    } catch {
      await pause(pollMs);
      await this.poll(id, document).catch((error: Error) =>
        this.change(id, { stage: "failed", error: whyOf(error) }),
      );
    }
    this.onChange();
  }

  private async follow(id: number, document: string): Promise<void> {
    ++streams;
    try {
      const path = `/api/knowledge/${this.base}/documents/${document}/events`;
      for await (const event of streamEvents(path)) {
        if (event.event === "deleted") this.change(id, { stage: "deleted" });
        if (event.event === "status") this.take(id, JSON.parse(event.data) as Status);
      }
    } finally {
      --streams;
    }
    const item = this.find(id);
    if (item !== undefined && !isEnded(item)) throw new Error("the events ended early");
  }

  private async poll(id: number, document: string): Promise<void> {
    const path = { kbId: this.base, documentId: document };
    for (;;) {
      const told = await ask(
        api.GET("/api/knowledge/{kbId}/documents/{documentId}/status", { params: { path } }),
      );
      this.take(id, told);
      const item = this.find(id);
      if (item === undefined || isEnded(item)) return;
      await pause(pollMs);
    }
  }
}

function whyOf(error: Error): string {
  const fields = error instanceof ApiProblem ? error.fields : [];
  return [error.message, ...fields.map((wrong) => `${wrong.field}: ${wrong.message}`)].join(" · ");
}

const lists = new Map<string, UploadList>();

/** The uploads of a knowledge base, and what they are now. */
export function useUploads(base: string, onChange: () => void): [UploadList, Upload[]] {
  let list = lists.get(base);
  if (list === undefined) lists.set(base, (list = new UploadList(base, onChange)));
  return [list, useSyncExternalStore(list.subscribe, list.snapshot)];
}
