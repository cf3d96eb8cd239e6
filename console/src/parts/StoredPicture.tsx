import { Box, Skeleton, Text } from "@mantine/core";
import { useIntersection } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { fetchRaw } from "../api/client";
import { useObjectUrl } from "./useObjectUrl";

interface PictureProps {
  path: string; // below the server, such as an image's `thumbnail_url`
  alt: string;
  height?: number;
  fit?: "contain" | "cover";
}

/** A picture that only who is signed in may see; fetched when it comes near the window. */
export function StoredPicture({ path, alt, height = 160, fit = "contain" }: PictureProps) {
  const { ref, entry } = useIntersection({ rootMargin: "300px" });
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    if (entry?.isIntersecting) setNear(true);
  }, [entry]);
  const { data, error } = useQuery({
    queryKey: ["picture", path],
    queryFn: async ({ signal }) => (await fetchRaw(path, { signal })).blob(),
    enabled: isNear,
    staleTime: Infinity,
    gcTime: 60_000,
  });
  const url = useObjectUrl(data);
  return (
    <Box ref={ref} h={height} style={{ display: "grid", placeItems: "center" }}>
      {error !== null ? (
        <Text size="xs" c="dimmed">
          {error.message}
        </Text>
      ) : url === undefined ? (
        <Skeleton height={height} />
      ) : (
        <img
          src={url}
          alt={alt}
          style={{ maxInlineSize: "100%", blockSize: height, inlineSize: "100%", objectFit: fit }}
        />
      )}
    </Box>
  );
}
