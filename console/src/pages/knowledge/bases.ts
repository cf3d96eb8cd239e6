import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../api/client";

export type Base = Schemas["KnowledgeBase"];
export type DocumentInfo = Schemas["Document"];

export const states: Schemas["DocumentState"][] = [
  "queued",
  "processing",
  "chunking",
  "embedding",
  "storing",
  "completed",
  "failed",
  "cancelled",
];

export function isFinal(document: { status: Schemas["DocumentState"] }): boolean {
  return ["completed", "failed", "cancelled"].includes(document.status);
}

export function useBase(base: string) {
  return useQuery({
    queryKey: ["bases", base],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/knowledge/{kbId}", { params: { path: { kbId: base } }, signal })),
  });
}
