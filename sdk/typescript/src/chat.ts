import type { components } from "./contract.mts";
import { AivaError } from "./errors.ts";
import { readEvents } from "./events.ts";
import { fillPath, type CallOptions } from "./operations.ts";
import { makeKey, pause, type Transport } from "./transport.ts";

type Schemas = components["schemas"];

export type ChatAnswer = Schemas["ChatReply"];
export type ChatSource = Schemas["ChatSource"];

/** What is heard of an answer while it is made. */
export type ChatEvent =
  | { type: "turn"; turnId: string; sessionId: string }
  | { type: "sources"; sources: ChatSource[] }
  | { type: "function_call"; call: Record<string, unknown> }
  | { type: "moderation"; moderation: Record<string, unknown> }
  | { type: "delta"; text: string }
  | { type: "done"; answer: ChatAnswer };

export interface Question extends CallOptions {
  /** Of the conversation. */
  sessionId: string;
  content: string;
  /** Names the message, so that it is kept and answered once; made up where there is none. */
  clientMessageId?: string;
}

const triesMax = 8; // without an event between them
const waitMaxMs = 8_000;

/** Conversations: see also `Client.get` and `Client.post` for everything else of them. */
export class Chat {
  private readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  /**
   * Asks, and tells of the answer as it is made, over lost connections: what was missed is told
   * again. Ends with `done`; throws an AivaError where there is no answer. Who stops listening, or
   * aborts, stops the answer after half a minute; `cancel` does at once.
   */
  async *stream(question: Question): AsyncGenerator<ChatEvent> {
    const name = question.clientMessageId ?? makeKey();
    let turn: string | undefined;
    let after = "0";
    for (let tries = 0; ; ++tries) {
      try {
        const response = turn
          ? await this.follow(question, turn, after)
          : await this.begin(question, name);
        for await (const { name: type, id, data } of readEvents(response.body!)) {
          tries = 0;
          after = id || after;
          const event = toChatEvent(type, data as Record<string, unknown>);
          if (event?.type === "turn") turn = event.turnId;
          if (event) yield event;
          if (event?.type === "done") return;
        }
      } catch (error) {
        question.signal?.throwIfAborted();
        // What has not begun was tried often enough by the transport.
        const isRefused = error instanceof AivaError && !(turn && isLoss(error));
        if (isRefused || tries >= triesMax) throw error;
      }
      if (tries >= triesMax)
        throw new AivaError({ status: 0, code: "network", message: "The answer broke off" });
      await pause(Math.min(waitMaxMs, 250 * 2 ** tries), question.signal);
    }
  }

  /** Asks, and answers the whole answer. */
  async ask(question: Question): Promise<ChatAnswer> {
    for await (const event of this.stream(question)) if (event.type === "done") return event.answer;
    throw new AivaError({ status: 0, code: "network", message: "The answer broke off" });
  }

  /** Stops an answer, by the id of its turn. */
  async cancel(sessionId: string, turnId: string, options: CallOptions = {}): Promise<void> {
    await this.transport.send({
      method: "POST",
      path: fillPath("/api/chat/{sessionId}/messages/{turnId}/cancel", { sessionId, turnId }),
      signal: options.signal,
    });
  }

  private begin(question: Question, name: string): Promise<Response> {
    const body = {
      content: question.content,
      client_message_id: name,
      stream: true,
      resumable: true,
    };
    return this.transport.send({
      method: "POST",
      path: fillPath("/api/chat/{sessionId}/messages", { sessionId: question.sessionId }),
      headers: {
        ...question.headers,
        accept: "text/event-stream",
        "content-type": "application/json",
      },
      body: () => JSON.stringify(body),
      signal: question.signal,
    });
  }

  private follow(question: Question, turn: string, after: string): Promise<Response> {
    const place = { sessionId: question.sessionId, turn };
    return this.transport.send({
      method: "GET",
      path: fillPath("/api/chat/{sessionId}/turns/{turn}/events", place),
      headers: { ...question.headers, accept: "text/event-stream", "last-event-id": after },
      signal: question.signal,
    });
  }
}

/** Whether it is the way to the server that failed, or a server that starts again. */
function isLoss({ status }: AivaError): boolean {
  return [0, 502, 503, 504].includes(status);
}

function toChatEvent(type: string, data: Record<string, unknown>): ChatEvent | undefined {
  switch (type) {
    case "turn":
      return { type, turnId: data["turn_id"] as string, sessionId: data["session_id"] as string };
    case "sources":
      return { type, sources: data["sources"] as ChatSource[] };
    case "function_call":
      return { type, call: data };
    case "moderation":
      return { type, moderation: data };
    case "delta":
      return { type, text: data["text"] as string };
    case "done":
      return { type, answer: data as unknown as ChatAnswer };
    case "error":
      throw new AivaError({
        status: 500,
        code: data["code"] as string,
        message: data["message"] as string,
      });
    default:
      return undefined; // of a newer server
  }
}
