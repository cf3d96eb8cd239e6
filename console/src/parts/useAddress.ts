import { useCallback } from "react";
import { useSearchParams } from "react-router";

/**
 * The parameters of the page's address, and how to edit them in their place. An edit begins with
 * what the address says now: of two in a row the first is not lost, though it was not drawn yet.
 */
export function useAddress(): [URLSearchParams, (edit: (next: URLSearchParams) => void) => void] {
  const [search, setSearch] = useSearchParams();
  const change = useCallback(
    (edit: (next: URLSearchParams) => void) => {
      const next = new URLSearchParams(window.location.search);
      edit(next);
      setSearch(next, { replace: true });
    },
    [setSearch],
  );
  return [search, change];
}
