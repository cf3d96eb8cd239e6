import { useQueries, useQuery } from "@tanstack/react-query";
import { api, ask, authorised, bodyOf, type Schemas } from "../../api/client";
import { useRight } from "../../session";

const everyMs = 10_000;
const basesMax = 12; // whose documents are counted

/** Whether the server can do its work, by its parts; it tells so with status 503, too. */
export function useReadiness() {
  return useQuery({
    queryKey: ["readiness"],
    queryFn: async ({ signal }) => {
      const told = await authorised(new URL("/readyz", window.location.origin).href, { signal });
      const ready = (await told.json()) as { status: string; checks: Record<string, string> };
      const { version } = await bodyOf(api.GET("/api/health", { signal }));
      return { ...ready, version };
    },
    refetchInterval: everyMs,
  });
}

export function useBases() {
  return useQuery({
    queryKey: ["knowledge", "newest"],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/knowledge", { params: { query: { limit: basesMax } }, signal })),
    refetchInterval: everyMs,
  });
}

type Base = Schemas["KnowledgeBase"];

/** The documents of these bases, added up; undefined until all have been told. */
export function useDocuments(bases: Base[] | undefined) {
  return useQueries({
    queries: (bases ?? []).map((base) => ({
      queryKey: ["knowledge", base.id, "stats"],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        ask(
          api.GET("/api/knowledge/{kbId}/stats", { params: { path: { kbId: base.id } }, signal }),
        ),
      refetchInterval: everyMs,
    })),
    combine: (found) => {
      const error = found.find((one) => one.error !== null)?.error ?? null;
      const told = found.flatMap((one) => (one.data ? [one.data] : []));
      const sum = (part: (stats: Schemas["Statistics"]) => number) =>
        told.reduce((total, stats) => total + part(stats), 0);
      return {
        error,
        data:
          bases === undefined || told.length < found.length
            ? undefined
            : {
                bases: told.length,
                total: sum((stats) => stats.total_documents),
                inWork: sum((stats) => stats.documents_in_work),
                failed: sum((stats) => stats.failed_documents),
                passages: sum((stats) => stats.total_chunks),
              },
      };
    },
  });
}

export function useChats() {
  return useQuery({
    queryKey: ["chats", "newest"],
    queryFn: async ({ signal }) => {
      const list = (query: { limit: number; status?: "active" }) =>
        ask(api.GET("/api/chat/sessions", { params: { query }, signal }));
      const [newest, active] = await Promise.all([
        list({ limit: 5 }),
        list({ limit: 1, status: "active" }),
      ]);
      return { items: newest.items, total: newest.total ?? 0, active: active.total ?? 0 };
    },
    refetchInterval: everyMs,
  });
}

export function useCalls() {
  return useQuery({
    queryKey: ["calls", "figures"],
    queryFn: async ({ signal }) => {
      const [active, week] = await Promise.all([
        ask(api.GET("/api/calls/active", { signal })),
        ask(api.GET("/api/calls/analytics", { params: { query: { days: 7 } }, signal })),
      ]);
      return { active: active.total, ofWeek: week.total_calls };
    },
    refetchInterval: everyMs,
  });
}

export function useBalance() {
  return useQuery({
    queryKey: ["credits", "balance"],
    queryFn: ({ signal }) => ask(api.GET("/api/credits/balance", { signal })),
    enabled: useRight("billing.read"),
    refetchInterval: everyMs,
  });
}
