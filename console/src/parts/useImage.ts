import { useQuery } from "@tanstack/react-query";
import { fetchRaw } from "../api/client";
import { useObjectUrl } from "./useObjectUrl";

/** An image that wants the user's token, as an address for `<img>`; undefined until it is there. */
export function useImage(path: string): string | undefined {
  const { data } = useQuery({
    queryKey: ["image", path],
    queryFn: async ({ signal }) => (await fetchRaw(path, { signal })).blob(),
    enabled: path.startsWith("/"),
    staleTime: Infinity,
    retry: false,
  });
  return useObjectUrl(data);
}
