import { Group, Loader, Text } from "@mantine/core";
import { useWords } from "../language";
import { ar, en } from "./words";

/** Something is on its way; read out when it takes its place. */
export function Waiting({ text }: { text?: string }) {
  const t = useWords({ en, ar });
  return (
    <Group role="status" gap="sm" p="md" justify="center">
      <Loader size="sm" aria-hidden />
      <Text size="sm">{text ?? t("loading")}</Text>
    </Group>
  );
}
