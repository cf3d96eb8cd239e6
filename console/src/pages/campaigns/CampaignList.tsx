import { Anchor, Button, Group, Select } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { api, ask } from "../../api/client";
import { usePages } from "../../api/pages";
import { useWords } from "../../language";
import { DataTable, PageTitle, When } from "../../parts";
import { useRight } from "../../session";
import { useAgentNames } from "../../parts/useAgentNames";
import { statuses, type Campaign, type CampaignFields } from "./campaign";
import { CampaignForm } from "./CampaignForm";
import { CampaignState } from "./CampaignState";
import { ar } from "./words.ar";
import { en } from "./words.en";

const everyMs = 5_000;

export function CampaignList() {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const navigate = useNavigate();
  const names = useAgentNames();
  const mayWrite = useRight("agents.write");
  const [isAdding, setAdding] = useState(false);
  const [status, setStatus] = useState<Campaign["status"] | null>(null);
  const campaigns = usePages<Campaign>(
    ["campaigns", "list", status],
    async (query, signal) => {
      const params = { query: { ...query, status: status ?? undefined } };
      const page = await ask(api.GET("/api/campaigns", { params, signal }));
      return { ...page, items: page.items as Campaign[] };
    },
    { everyMs },
  );
  const create = async (body: CampaignFields) => {
    const made = await ask(api.POST("/api/campaigns", { body: body as never }));
    await queries.invalidateQueries({ queryKey: ["campaigns"] });
    await navigate(`/campaigns/${made.id}`);
  };
  return (
    <>
      <PageTitle title={t("title")} about={t("about")}>
        {mayWrite && <Button onClick={() => setAdding(true)}>{t("add")}</Button>}
      </PageTitle>
      <Group mb="md">
        <Select
          label={t("state")}
          placeholder={t("all")}
          data={statuses.map((value) => ({ value, label: t(value) }))}
          value={status}
          onChange={(value) => setStatus(value as Campaign["status"] | null)}
        />
      </Group>
      <DataTable<Campaign>
        label={t("title")}
        pages={campaigns}
        keyOf={(campaign) => campaign.id}
        empty={t("none")}
        isNarrowed={status !== null}
        columns={[
          {
            key: "name",
            title: t("name"),
            cell: (campaign) => (
              <Anchor component={Link} to={campaign.id} size="sm">
                {campaign.name}
              </Anchor>
            ),
          },
          {
            key: "agent",
            title: t("agent"),
            cell: (campaign) => names.get(campaign.agent_id) ?? "–",
          },
          {
            key: "state",
            title: t("state"),
            cell: (campaign) => <CampaignState campaign={campaign} />,
          },
          {
            key: "contacts",
            title: t("contacts"),
            cell: (campaign) => campaign.contact_count,
            isNumber: true,
          },
          { key: "made", title: t("made"), cell: (campaign) => <When at={campaign.created_at} /> },
        ]}
      />
      {isAdding && <CampaignForm onClose={() => setAdding(false)} onSave={create} />}
    </>
  );
}
