import type { Schemas } from "../../api/client";
import type { FunctionCall, Source, TurnEvent } from "../../api/turns";
import type { Told } from "../../parts/chat/Answer";

/** A question to the draft, and what is known of the answer so far. */
export interface Exchange {
  question: string;
  text: string; // as it arrives
  sources: Source[];
  calls: FunctionCall[];
  reply?: Schemas["ChatReply"]; // when it is whole
  seconds?: number; // until the answer was whole
  error?: Error;
  isStopped?: boolean;
}

const historyMax = 50;

/** A function that was called and has not answered. */
export function isRunning(call: FunctionCall): boolean {
  return call.result === "" && call.time_ms === 0 && !call.is_error && !call.is_pending;
}

// A call that ends takes the place of the same one as it began.
function withCall(calls: FunctionCall[], call: FunctionCall): FunctionCall[] {
  const given = JSON.stringify(call.arguments);
  const place = calls.findIndex(
    (one) => isRunning(one) && one.name === call.name && JSON.stringify(one.arguments) === given,
  );
  return place < 0 ? [...calls, call] : calls.with(place, call);
}

export function begin(question: string): Exchange {
  return { question, text: "", sources: [], calls: [] };
}

export function isOpen({ reply, error, isStopped }: Exchange): boolean {
  return reply === undefined && error === undefined && !isStopped;
}

export function take(exchange: Exchange, event: TurnEvent): Exchange {
  switch (event.kind) {
    case "sources":
      return { ...exchange, sources: event.sources };
    case "function_call":
      return { ...exchange, calls: withCall(exchange.calls, event.call) };
    case "delta":
      return { ...exchange, text: exchange.text + event.text };
    case "done":
      return { ...exchange, reply: event.reply };
    case "moderation":
      return exchange; // the whole answer tells it
  }
}

/** What was said, for the next question. */
export function historyOf(exchanges: Exchange[]) {
  const said = exchanges.flatMap(({ question, text, reply }) => {
    const answer = reply?.response.markdown || text;
    if (answer === "") return [];
    return [
      { role: "user" as const, content: question },
      { role: "assistant" as const, content: answer },
    ];
  });
  return said.slice(-historyMax);
}

export function toldOf(reply: Schemas["ChatReply"]): Told {
  return {
    html: reply.response.html,
    sources: reply.sources,
    images: reply.images,
    products: reply.products,
    calls: reply.function_calls,
    decision: reply.llm_decision,
    model: reply.agent_metadata.model,
    version: reply.agent_metadata.agent_version,
    isExtractive: reply.is_extractive,
    isInterrupted: reply.is_interrupted,
    removedCitations: reply.removed_citations,
    tokens: { input: reply.usage.input_tokens, output: reply.usage.output_tokens },
    timeMs: reply.time_ms,
    cost: reply.cost,
  };
}
