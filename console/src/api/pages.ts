import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

/** A page of a list as the server tells it. */
export interface PageOf<Item> {
  items: Item[];
  total?: number;
  next_cursor?: string | null;
}

export interface PageQuery {
  cursor?: string;
  limit: number;
}

/** A list that is gone through page by page. */
export interface Pages<Item> {
  items: Item[];
  total?: number;
  isLoading: boolean; // nothing is there yet
  isFetching: boolean;
  error: Error | null;
  number: number; // of this page, from 1 on
  next?: () => void; // absent at the end
  previous?: () => void; // absent at the beginning
  first: () => void;
  reload: () => void;
}

export interface PagesOptions {
  limit?: number; // items of a page
  everyMs?: number; // asks again so often
  enabled?: boolean;
}

/**
 * A list by cursors. `key` says which list with which filters; another key begins at the front.
 * `load` asks for one page:
 * `usePages(["keys"], (query, signal) =>
 *   ask(api.GET("/api/keys", { params: { query }, signal })))`.
 */
export function usePages<Item>(
  key: readonly unknown[],
  load: (query: PageQuery, signal: AbortSignal) => Promise<PageOf<Item>>,
  { limit = 25, everyMs, enabled = true }: PagesOptions = {},
): Pages<Item> {
  const queries = useQueryClient();
  const list = JSON.stringify(key);
  const [place, setPlace] = useState<{ list: string; cursors: string[] }>({ list, cursors: [] });
  const cursors = place.list === list ? place.cursors : [];
  const cursor = cursors.at(-1);
  const found = useQuery({
    queryKey: [...key, "page", limit, cursor ?? null],
    queryFn: ({ signal }) => load({ cursor, limit }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: everyMs,
    enabled,
  });
  const following = found.isPlaceholderData ? null : found.data?.next_cursor;
  const go = (to: string[]) => setPlace({ list, cursors: to });
  return {
    items: found.data?.items ?? [],
    total: found.data?.total,
    isLoading: found.isLoading,
    isFetching: found.isFetching,
    error: found.error,
    number: cursors.length + 1,
    next: following ? () => go([...cursors, following]) : undefined,
    previous: cursors.length > 0 ? () => go(cursors.slice(0, -1)) : undefined,
    first: () => go([]),
    reload: () => void queries.invalidateQueries({ queryKey: key }),
  };
}
