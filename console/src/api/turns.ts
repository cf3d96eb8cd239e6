import type { Schemas } from "./client";
import { streamEvents } from "./events";
import { ApiProblem } from "./problem";

export type Source = Schemas["ChatSource"];
export type FunctionCall = Schemas["ChatFunctionCall"];

/** What is told of an answer while it is made; `done` is the last. */
export type TurnEvent =
  | { kind: "sources"; sources: Source[] } // all it may cite so far
  | { kind: "function_call"; call: FunctionCall } // as it begins and as it ends
  | { kind: "moderation"; moderation: Schemas["ChatModeration"] }
  | { kind: "delta"; text: string } // they join to the text
  | { kind: "done"; reply: Schemas["ChatReply"] };

/** Asks and listens to the answer; ends with `signal`. Throws an ApiProblem. */
export async function* streamTurn(
  path: string,
  body: object,
  signal: AbortSignal,
): AsyncGenerator<TurnEvent> {
  const init = {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...body, stream: true }),
    signal,
  };
  for await (const { event, data } of streamEvents(path, init)) {
    const told = JSON.parse(data);
    if (event === "error") throw new ApiProblem(0, told);
    if (event === "sources") yield { kind: event, sources: told.sources };
    if (event === "function_call") yield { kind: event, call: told };
    if (event === "moderation") yield { kind: event, moderation: told };
    if (event === "delta") yield { kind: event, text: told.text };
    if (event === "done") {
      yield { kind: event, reply: told };
      return;
    }
  }
  throw new ApiProblem(0, { code: "unavailable", message: "The answer broke off." });
}
