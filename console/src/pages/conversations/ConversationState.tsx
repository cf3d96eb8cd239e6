import { Group } from "@mantine/core";
import type { Schemas } from "../../api/client";
import { useWords } from "../../language";
import { StatusBadge } from "../../parts";
import { ar } from "./words.ar";
import { en } from "./words.en";

/** Whether a conversation goes on, and who answers in it. */
export function ConversationState({ session }: { session: Schemas["ChatSession"] }) {
  const t = useWords({ en, ar });
  return (
    <Group gap={4}>
      <StatusBadge state={session.status} text={t(session.status)} />
      {session.status === "active" && session.handover === "waiting" && (
        <StatusBadge state="waiting" text={t("waiting")} />
      )}
      {session.status === "active" && session.handover === "claimed" && (
        <StatusBadge state="claimed" tone="busy" text={t("claimed")} />
      )}
    </Group>
  );
}
