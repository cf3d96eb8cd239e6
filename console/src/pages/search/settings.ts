import type { Schemas } from "../../api/client";

export type SearchBody = Schemas["SearchRequest"];
export type Results = Schemas["SearchResults"];
export type Hit = Schemas["TextResult"];

/** What a person sets of a search, as the fields of the form hold it. */
export interface Settings {
  type: "hybrid" | "text" | "image" | "product";
  count: number;
  fusion: "rrf" | "weighted";
  vectorWeight: number;
  keywordWeight: number;
  isDiverse: boolean;
  lambda: number;
  isRecent: boolean;
  halfLifeDays: number;
  isSection: boolean;
  tags: string[];
  kinds: string[];
  pageMin: number | null;
  pageMax: number | null;
  metadata: string; // JSON; empty: none
}

export const standard: Settings = {
  type: "hybrid",
  count: 5,
  fusion: "rrf",
  vectorWeight: 1,
  keywordWeight: 1,
  isDiverse: false,
  lambda: 0.7,
  isRecent: false,
  halfLifeDays: 30,
  isSection: false,
  tags: [],
  kinds: [],
  pageMin: null,
  pageMax: null,
  metadata: "",
};

function filtersOf(settings: Settings): SearchBody["filters"] {
  const filters: NonNullable<SearchBody["filters"]> = {};
  if (settings.tags.length > 0) filters.tags = settings.tags;
  if (settings.kinds.length > 0)
    filters.chunk_types = settings.kinds as NonNullable<typeof filters.chunk_types>;
  if (settings.pageMin !== null) filters.page_min = settings.pageMin;
  if (settings.pageMax !== null) filters.page_max = settings.pageMax;
  if (settings.metadata.trim() !== "")
    filters.metadata = JSON.parse(settings.metadata) as NonNullable<typeof filters.metadata>;
  return Object.keys(filters).length > 0 ? filters : undefined;
}

/** The body of the search. Throws a SyntaxError when the metadata is no JSON. */
export function bodyOfSearch(query: string, bases: string[], settings: Settings): SearchBody {
  const body: Record<string, unknown> = {
    ...(bases.length === 1 ? { kb_id: bases[0] } : { kb_ids: bases }),
    query,
    top_k: settings.count,
    search_type: settings.type,
    explain: true,
  };
  // What is about passages is refused where none are looked for.
  if (settings.type === "text" || settings.type === "hybrid") {
    if (settings.fusion !== standard.fusion) body["fusion"] = settings.fusion;
    if (settings.vectorWeight !== 1 || settings.keywordWeight !== 1)
      body["weights"] = { vector: settings.vectorWeight, keyword: settings.keywordWeight };
    if (settings.isDiverse) body["mmr"] = { lambda: settings.lambda };
    if (settings.isRecent) body["recency"] = { half_life_days: settings.halfLifeDays };
    if (settings.isSection) body["return"] = "section";
    const filters = filtersOf(settings);
    if (filters !== undefined) body["filters"] = filters;
  } else {
    delete body["explain"];
  }
  return body as unknown as SearchBody;
}

/** The search as a command; the key stays for the person to put in. */
export function curlOf(body: SearchBody): string {
  const text = JSON.stringify(body).replaceAll("'", "'\\''");
  return [
    `curl -X POST ${window.location.origin}/api/knowledge/search`,
    `-H "Authorization: Bearer $AIVA_KEY"`,
    `-H 'Content-Type: application/json'`,
    `-d '${text}'`,
  ].join(" \\\n  ");
}
