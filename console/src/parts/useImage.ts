import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { fetchRaw } from "../api/client";

/** An image that wants the user's token, as an address for `<img>`; undefined until it is there. */
export function useImage(path: string): string | undefined {
  const { data } = useQuery({
    queryKey: ["image", path],
    queryFn: async ({ signal }) => (await fetchRaw(path, { signal })).blob(),
    enabled: path.startsWith("/"),
    staleTime: Infinity,
    retry: false,
  });
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (data === undefined) return;
    const made = URL.createObjectURL(data);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [data]);
  return url;
}
