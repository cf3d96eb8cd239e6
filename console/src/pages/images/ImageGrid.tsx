import { Group, SimpleGrid, Text } from "@mantine/core";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { useWords } from "../../language";
import { PageButtons, Problem, Waiting } from "../../parts";
import { ImageCard } from "./ImageCard";
import styles from "./images.module.css";
import { ar } from "./words.ar";
import { en } from "./words.en";

const pageImages = 24;

/** The images of a knowledge base, newest first. */
export function ImageGrid({ base }: { base: string }) {
  const t = useWords({ en, ar });
  const images = usePages<Schemas["Image"]>(
    ["images", base],
    (query, signal) =>
      ask(
        api.GET("/api/knowledge/{kbId}/images", {
          params: { path: { kbId: base }, query },
          signal,
        }),
      ),
    { limit: pageImages },
  );
  if (images.error) return <Problem error={images.error} again={images.reload} />;
  if (images.isLoading) return <Waiting />;
  if (images.items.length === 0)
    return (
      <Text ta="center" c="dimmed" p="lg">
        {t("none")}
      </Text>
    );
  return (
    <>
      <SimpleGrid
        component="ul"
        cols={{ base: 2, sm: 3, lg: 6 }}
        className={styles.grid}
        aria-label={t("title")}
      >
        {images.items.map((image) => (
          <ImageCard key={image.id} image={image} />
        ))}
      </SimpleGrid>
      <Group justify="space-between" mt="sm">
        <Text size="sm" c="dimmed" role="status">
          {t("count", { count: images.total ?? images.items.length })}
        </Text>
        <PageButtons pages={images} />
      </Group>
    </>
  );
}
