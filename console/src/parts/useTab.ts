import { useSearchParams } from "react-router";

/** Which tab of a page is open, kept in its address as `?tab=`. */
export function useTab<Name extends string>(
  names: readonly Name[],
): [Name, (name: string | null) => void] {
  const [search, setSearch] = useSearchParams();
  const wanted = search.get("tab") as Name | null;
  const open = wanted !== null && names.includes(wanted) ? wanted : names[0]!;
  return [open, (name) => setSearch(name === null ? {} : { tab: name }, { replace: true })];
}
