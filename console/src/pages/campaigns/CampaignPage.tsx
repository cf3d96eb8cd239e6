import { Anchor, Button, SimpleGrid, Text, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { api, ask, bodyOf } from "../../api/client";
import { useFormats, useWords } from "../../language";
import {
  ConfirmButton,
  Figure,
  Money,
  notifyDone,
  notifyProblem,
  PageTitle,
  Problem,
  saveFile,
  Waiting,
  When,
} from "../../parts";
import { useRight } from "../../session";
import { useAgentNames } from "../../parts/useAgentNames";
import { clock } from "../calls/names";
import type { Campaign, CampaignFields } from "./campaign";
import { CampaignForm } from "./CampaignForm";
import { CampaignState } from "./CampaignState";
import { Contacts } from "./Contacts";
import { ar } from "./words.ar";
import { en } from "./words.en";

const everyMs = 4_000;

function Sums({ campaign }: { campaign: Campaign }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const path = { campaignId: campaign.id };
  const { data, error } = useQuery({
    queryKey: ["campaigns", campaign.id, "stats"],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/campaigns/{campaignId}/stats", { params: { path }, signal })),
    refetchInterval: everyMs,
  });
  const states = Object.entries(data?.statuses ?? {}).filter(([, count]) => count > 0);
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }} mb="md">
      <Figure
        title={t("people")}
        error={error}
        value={data && formats.number(data.contacts ?? 0)}
        about={states.map(([state, count]) => `${t(state as "busy")}: ${count}`).join(" · ")}
      />
      <Figure
        title={t("attempts")}
        error={error}
        value={data && formats.number(data.attempts ?? 0)}
      />
      <Figure
        title={t("duration")}
        error={error}
        value={data && <bdi>{clock(data.duration_seconds ?? 0)}</bdi>}
      />
      <Figure title={t("cost")} error={error} value={data && <Money dollars={data.cost ?? 0} />} />
    </SimpleGrid>
  );
}

function Actions({ campaign }: { campaign: Campaign }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [isEditing, setEditing] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const params = { path: { campaignId: campaign.id } };
  const reload = () => queries.invalidateQueries({ queryKey: ["campaigns"] });
  const run = async (call: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await call();
      await reload();
    } catch (error) {
      notifyProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const change = async (body: CampaignFields) => {
    await ask(api.PATCH("/api/campaigns/{campaignId}", { params, body: body as never }));
    notifyDone(t("saved"));
    await reload();
  };
  const cancel = async () => {
    await ask(api.POST("/api/campaigns/{campaignId}/cancel", { params }));
    await reload();
  };
  const remove = async () => {
    await bodyOf(api.DELETE("/api/campaigns/{campaignId}", { params }));
    await navigate("/campaigns");
    await queries.invalidateQueries({ queryKey: ["campaigns", "list"] });
  };
  const { status } = campaign;
  const isOver = status === "finished" || status === "cancelled";
  return (
    <>
      {status === "draft" && (
        <Button
          loading={isBusy}
          onClick={() =>
            void run(() => ask(api.POST("/api/campaigns/{campaignId}/start", { params })))
          }
        >
          {t("start")}
        </Button>
      )}
      {status === "running" && (
        <Button
          loading={isBusy}
          onClick={() =>
            void run(() => ask(api.POST("/api/campaigns/{campaignId}/pause", { params })))
          }
        >
          {t("pause")}
        </Button>
      )}
      {status === "paused" && (
        <Button
          loading={isBusy}
          onClick={() =>
            void run(() => ask(api.POST("/api/campaigns/{campaignId}/resume", { params })))
          }
        >
          {t("resume")}
        </Button>
      )}
      {!isOver && (
        <Button variant="default" onClick={() => setEditing(true)}>
          {t("edit")}
        </Button>
      )}
      {!isOver && status !== "draft" && (
        <ConfirmButton
          question={t("cancelQuestion")}
          explain={t("cancelExplain")}
          onConfirm={cancel}
        >
          {t("cancel")}
        </ConfirmButton>
      )}
      {status !== "running" && (
        <ConfirmButton
          question={t("removeQuestion")}
          explain={t("removeExplain")}
          onConfirm={remove}
        >
          {t("remove")}
        </ConfirmButton>
      )}
      {isEditing && (
        <CampaignForm shown={campaign} onClose={() => setEditing(false)} onSave={change} />
      )}
    </>
  );
}

export function CampaignPage() {
  const t = useWords({ en, ar });
  const names = useAgentNames();
  const mayWrite = useRight("agents.write");
  const campaignId = useParams()["campaignId"] ?? "";
  const { data, error, refetch } = useQuery({
    queryKey: ["campaigns", campaignId],
    queryFn: async ({ signal }) => {
      const params = { path: { campaignId } };
      return (await ask(api.GET("/api/campaigns/{campaignId}", { params, signal }))) as Campaign;
    },
    refetchInterval: everyMs,
  });
  const results = () =>
    saveFile(`/api/campaigns/${campaignId}/results.csv`, `campaign-${campaignId}.csv`).catch(
      notifyProblem,
    );
  return (
    <>
      <Anchor component={Link} to="/campaigns" size="sm">
        {t("back")}
      </Anchor>
      <PageTitle
        title={data?.name ?? t("campaign")}
        about={data && <CampaignState campaign={data} />}
      >
        {data && mayWrite && <Actions campaign={data} />}
        {data && (
          <Button variant="default" onClick={() => void results()}>
            {t("results")}
          </Button>
        )}
      </PageTitle>
      <Problem error={error} again={() => void refetch()} />
      {data === undefined ? (
        error === null && <Waiting />
      ) : (
        <>
          <Text size="sm" mb="md" component="div">
            {t("agent")}: {names.get(data.agent_id) ?? "–"} · {t("began")}:{" "}
            <When at={data.started_at} /> · {t("ended")}: <When at={data.ended_at} />
          </Text>
          <Sums campaign={data} />
          <Title order={2} size="h4" mb="sm">
            {t("contacts")}
          </Title>
          <Contacts
            campaignId={data.id}
            isOver={data.status === "finished" || data.status === "cancelled"}
          />
        </>
      )}
    </>
  );
}
