import { useQuery } from "@tanstack/react-query";
import { api, ask } from "../api/client";
import { useRight } from "../session";

const agentsMax = 200;

/** The names of the agents by their ids, as far as one page of them goes. */
export function useAgentNames(): Map<string, string> {
  const mayRead = useRight("agents.read");
  const { data } = useQuery({
    queryKey: ["agents", "names"],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/agents", { params: { query: { limit: agentsMax } }, signal })),
    enabled: mayRead,
    staleTime: 60_000,
  });
  return new Map(data?.items.map((agent) => [agent.id, agent.name]));
}
