import { fetchRaw } from "./client";

/** One event of a stream (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export interface StreamEvent {
  event: string;
  data: string;
  id: string;
}

function eventOf(block: string): StreamEvent | null {
  const told: StreamEvent = { event: "message", data: "", id: "" };
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon === 0) continue; // a comment that keeps the stream alive
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") told.event = value;
    if (field === "id") told.id = value;
    if (field === "data") data.push(value);
  }
  told.data = data.join("\n");
  return data.length === 0 && told.event === "message" ? null : told;
}

/** The events of an answer, until it ends. */
export async function* eventsOf(answer: Response): AsyncGenerator<StreamEvent> {
  if (answer.body === null) return;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      rest = (rest + value).replaceAll("\r\n", "\n");
      for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
        const told = eventOf(rest.slice(0, end));
        rest = rest.slice(end + 2);
        if (told !== null) yield told;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Opens a stream of events in the user's name; ends with `signal`. Throws an ApiProblem. */
export async function* streamEvents(
  path: string,
  init: RequestInit = {},
): AsyncGenerator<StreamEvent> {
  const headers = new Headers(init.headers);
  headers.set("Accept", "text/event-stream");
  yield* eventsOf(await fetchRaw(path, { ...init, headers }));
}
