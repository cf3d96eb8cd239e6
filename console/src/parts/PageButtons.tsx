import { Button, Group } from "@mantine/core";
import type { Pages } from "../api/pages";
import { useWords } from "../language";
import { ar, en } from "./words";

/** Turns the pages of a list. */
export function PageButtons<Item>({ pages }: { pages: Pages<Item> }) {
  const t = useWords({ en, ar });
  const button = (words: string, turn: (() => void) | undefined) => (
    <Button size="xs" variant="default" disabled={turn === undefined} onClick={turn}>
      {words}
    </Button>
  );
  return (
    <Group gap="xs">
      {button(t("previous"), pages.previous)}
      {button(t("next"), pages.next)}
    </Group>
  );
}
