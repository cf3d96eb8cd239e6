import { Alert, Anchor, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, ask } from "../../api/client";
import { useWords } from "../../language";
import { CopyText, Problem, Waiting } from "../../parts";
import type { Agent } from "./draft";
import { ar } from "./words.ar";
import { en } from "./words.en";

/** How people get to the agent from a page. */
export function Embed({ agent }: { agent: Agent }) {
  const t = useWords({ en, ar });
  const path = { agentId: agent.id };
  const { data, error } = useQuery({
    queryKey: ["agents", agent.id, "embed"],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/agents/{agentId}/embed-code", { params: { path }, signal })),
  });
  if (error) return <Problem error={error} />;
  if (data === undefined) return <Waiting />;
  return (
    <Stack gap="lg" maw={760}>
      {!data.is_available && <Alert color="orange">{t("notAvailable")}</Alert>}
      <div>
        <Title order={2} size="h4">
          {t("pageAddress")}
        </Title>
        <CopyText text={data.page_url} />
        {data.is_available && (
          <Text size="sm">
            <Anchor href={data.page_url} target="_blank" rel="noreferrer">
              {t("openPage")}
            </Anchor>
          </Text>
        )}
      </div>
      {data.call_page_url !== "" && (
        <div>
          <Title order={2} size="h4">
            {t("callAddress")}
          </Title>
          <CopyText text={data.call_page_url} />
        </div>
      )}
      <div>
        <Title order={2} size="h4">
          {t("script")}
        </Title>
        <Text size="sm">{t("scriptHint")}</Text>
        <CopyText text={data.script} />
      </div>
      <div>
        <Title order={2} size="h4">
          {t("frame")}
        </Title>
        <CopyText text={data.iframe} />
      </div>
      <Text size="sm">
        {t("origins")}:{" "}
        <bdi>{data.allowed_origins.length === 0 ? "–" : data.allowed_origins.join(", ")}</bdi>
      </Text>
    </Stack>
  );
}
