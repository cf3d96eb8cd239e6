import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../api/client";
import type { Told } from "../../parts/chat/Answer";

export type Message = Schemas["ChatMessage"];
export type Session = Schemas["ChatSession"];

const perPage = 200;
const messagesMax = 2000;
const everyMs = 2_500;

async function loadAll(sessionId: string, signal: AbortSignal): Promise<Message[]> {
  const found: Message[] = [];
  let cursor: string | undefined;
  do {
    const page = await ask(
      api.GET("/api/chat/{sessionId}/messages", {
        params: { path: { sessionId }, query: { limit: perPage, cursor } },
        signal,
      }),
    );
    found.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined && found.length < messagesMax);
  return found;
}

/** A conversation, asked for again and again while it goes on. */
export function useConversation(sessionId: string) {
  return useQuery({
    queryKey: ["conversations", sessionId],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/chat/sessions/{sessionId}", { params: { path: { sessionId } }, signal })),
    refetchInterval: (query) => (query.state.data?.status === "ended" ? false : everyMs),
  });
}

/** Its messages, oldest first; `isLive`: new ones are looked for. */
export function useMessages(sessionId: string, isLive: boolean) {
  return useQuery({
    queryKey: ["conversations", sessionId, "messages"],
    queryFn: ({ signal }) => loadAll(sessionId, signal),
    refetchInterval: isLive ? everyMs : false,
  });
}

/** What is told of an answer that was saved. */
export function toldOf(message: Message): Told {
  return {
    html: message.html ?? "",
    sources: message.sources,
    images: message.images,
    products: message.products,
    calls: message.function_calls,
    decision: message.llm_decision,
    model: message.model,
    version: message.agent_metadata?.agent_version,
    isExtractive: message.is_extractive,
    isInterrupted: message.is_interrupted,
    removedCitations: message.removed_citations,
    tokens: { input: message.input_tokens ?? 0, output: message.output_tokens ?? 0 },
    cost: message.cost,
  };
}
