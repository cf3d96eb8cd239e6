import { Group, Text } from "@mantine/core";
import { useWords } from "../../language";
import { StatusBadge } from "../../parts";
import type { Campaign } from "./campaign";
import { ar } from "./words.ar";
import { en } from "./words.en";

/** How a campaign stands, and why where nobody asked for it. */
export function CampaignState({ campaign }: { campaign: Campaign }) {
  const t = useWords({ en, ar });
  return (
    <Group gap={6}>
      <StatusBadge
        state={campaign.status}
        text={t(campaign.status)}
        tone={campaign.status === "finished" ? "good" : undefined}
      />
      {campaign.status_reason && (
        <Text span size="sm">
          {t(campaign.status_reason)}
        </Text>
      )}
    </Group>
  );
}
