import { useAddress } from "./useAddress";

interface Filters<Name extends string> {
  values: Record<Name, string>; // empty: all
  set: (name: Name, value: string | null) => void;
  clear: () => void;
}

/** What a list is narrowed down to, kept in the page's address, a parameter each. */
export function useFilters<Name extends string>(names: readonly Name[]): Filters<Name> {
  const [search, change] = useAddress();
  const entries = names.map((name) => [name, search.get(name) ?? ""]);
  return {
    values: Object.fromEntries(entries) as Record<Name, string>,
    set: (name, value) => change((next) => (value ? next.set(name, value) : next.delete(name))),
    clear: () => change((next) => names.forEach((name) => next.delete(name))),
  };
}

/** The value where it is one of these, else null. */
export function oneOf<Value extends string>(
  value: string,
  choices: readonly Value[],
): Value | null {
  return choices.find((choice) => choice === value) ?? null;
}

/** An empty filter is not asked for. */
export const asked = (value: string): string | undefined => (value === "" ? undefined : value);

/** Whether any filter is asked for. */
export const isNarrowed = (filters: object): boolean =>
  Object.values(filters).some((value) => value !== undefined && value !== null && value !== "");
