import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, ask } from "../../api/client";
import { sayName, useWords } from "../../language";
import { useRight } from "../../session";
import { ar } from "./words.ar";
import { en } from "./words.en";

const staleMs = 60_000;
const namesMax = 200;

export interface Names {
  agents: Map<string, string>; // by id
  keys: Map<string, string>;
  operation: (operation: string) => string; // what was charged; empty for nothing
}

/** What operations, agents and keys are called, as far as the user may know. */
export function useNames(): Names {
  const t = useWords({ en, ar });
  const agents = useQuery({
    queryKey: ["agents", "names"],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/agents", { params: { query: { limit: namesMax } }, signal })),
    enabled: useRight("agents.read"),
    staleTime: staleMs,
  });
  const keys = useQuery({
    queryKey: ["keys", "names"],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/keys", { params: { query: { limit: namesMax } }, signal })),
    enabled: useRight("keys.manage"),
    staleTime: staleMs,
  });
  return useMemo(
    () => ({
      agents: new Map(agents.data?.items.map((agent) => [agent.id, agent.name])),
      keys: new Map(keys.data?.items.map((key) => [key.id, key.name])),
      operation: (operation) => sayName(t, en, "operation", operation),
    }),
    [agents.data, keys.data, t],
  );
}
