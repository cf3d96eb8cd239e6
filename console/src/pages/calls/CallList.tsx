import { Anchor, Button, Group, Tabs } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { api, ask } from "../../api/client";
import { usePages } from "../../api/pages";
import { useWords } from "../../language";
import {
  asked,
  DataTable,
  isNarrowed,
  LineInput,
  Money,
  oneOf,
  PageTitle,
  SearchField,
  useFilters,
  useTab,
  When,
  wordsOf,
} from "../../parts";
import { AgentFilter, Filter } from "../../parts/Filter";
import { useRight } from "../../session";
import { useAgentNames } from "../../parts/useAgentNames";
import { Match } from "../conversations/Match";
import { Analytics } from "./Analytics";
import { CallAnAgent } from "./CallAnAgent";
import { CallState } from "./CallState";
import { PlaceCall } from "./PlaceCall";
import { clock, otherEnd, statuses, type Call } from "./names";
import { ar } from "./words.ar";
import { en } from "./words.en";

const everyMs = 5_000;
const everyMsOfSearch = 10_000;
const filterNames = ["q", "agent", "status", "direction", "caller", "from", "until"] as const;
const directions: Call["direction"][] = ["inbound", "outbound"];

/** The instant that a day begins at, or the next one, here. */
function startOf(day: string, daysOn = 0): string | undefined {
  const at = new Date(`${day}T00:00`);
  if (Number.isNaN(at.getTime())) return undefined;
  at.setDate(at.getDate() + daysOn);
  return at.toISOString();
}

function Log() {
  const t = useWords({ en, ar });
  const names = useAgentNames();
  const { values, set, clear } = useFilters(filterNames);
  const words = wordsOf(values.q);
  const status = oneOf(values.status, statuses);
  const direction = oneOf(values.direction, directions);
  const filters = {
    q: words,
    agent_id: asked(values.agent),
    status: status ?? undefined,
    direction: direction ?? undefined,
    caller_id: asked(values.caller),
    from: startOf(values.from),
    until: startOf(values.until, 1),
  };
  const calls = usePages<Call>(
    ["calls", "list", filters],
    (query, signal) =>
      ask(api.GET("/api/calls", { params: { query: { ...query, ...filters } }, signal })),
    { everyMs: words === undefined ? everyMs : everyMsOfSearch },
  );
  return (
    <>
      <Group mb="md" align="flex-end">
        <SearchField
          label={t("search")}
          description={t("searchHint")}
          dir="auto"
          value={values.q}
          onChange={(text) => set("q", text)}
        />
        <AgentFilter
          label={t("agent")}
          value={values.agent || null}
          onChange={(agent) => set("agent", agent)}
        />
        <Filter
          label={t("state")}
          choices={statuses.map((value) => ({ value, label: t(value) }))}
          value={status}
          onChange={(value) => set("status", value)}
        />
        <Filter
          label={t("direction")}
          choices={directions.map((value) => ({ value, label: t(value) }))}
          value={direction}
          onChange={(value) => set("direction", value)}
        />
        <SearchField
          label={t("callerNumber")}
          dir="ltr"
          value={values.caller}
          onChange={(text) => set("caller", text)}
          maxLength={100}
        />
        <LineInput
          label={t("from")}
          type="date"
          value={values.from}
          onChange={(day) => set("from", day)}
        />
        <LineInput
          label={t("until")}
          type="date"
          value={values.until}
          onChange={(day) => set("until", day)}
        />
        <Button variant="default" onClick={clear}>
          {t("clear")}
        </Button>
      </Group>
      <DataTable<Call>
        label={t("title")}
        pages={calls}
        keyOf={(call) => call.id}
        empty={words === undefined ? t("none") : t("nothingFound", { words })}
        isNarrowed={words === undefined && isNarrowed(filters)}
        columns={[
          {
            key: "when",
            title: t("when"),
            cell: (call) => (
              <Anchor component={Link} to={call.id} size="sm">
                <When at={call.start_time ?? call.created_at} />
              </Anchor>
            ),
          },
          {
            key: "who",
            title: t("otherEnd"),
            cell: (call) => (
              <>
                <bdi>{otherEnd(call)}</bdi>
                {call.match && <Match match={call.match} />}
              </>
            ),
          },
          { key: "direction", title: t("direction"), cell: (call) => t(call.direction) },
          {
            key: "agent",
            title: t("agent"),
            cell: (call) => names.get(call.agent_id) ?? "–",
          },
          { key: "state", title: t("state"), cell: (call) => <CallState call={call} /> },
          {
            key: "recorded",
            title: t("recorded"),
            cell: (call) => (call.is_recorded ? t("yes") : t("no")),
          },
          { key: "turns", title: t("turns"), cell: (call) => call.turns, isNumber: true },
          {
            key: "duration",
            title: t("duration"),
            cell: (call) => <bdi>{clock(call.duration_seconds)}</bdi>,
            sortBy: (call) => call.duration_seconds,
            isNumber: true,
          },
          {
            key: "cost",
            title: t("cost"),
            cell: (call) => <Money dollars={call.final_cost} />,
            sortBy: (call) => call.final_cost,
            isNumber: true,
          },
        ]}
      />
    </>
  );
}

export function CallList() {
  const t = useWords({ en, ar });
  const mayCall = useRight("chat");
  const mayPlace = useRight("agents.write");
  const [isPlacing, setPlacing] = useState(false);
  const [tab, setTab] = useTab(["log", "sums", "callAnAgent"] as const);
  return (
    <>
      <PageTitle title={t("title")} about={t("about")}>
        {mayPlace && <Button onClick={() => setPlacing(true)}>{t("placeCall")}</Button>}
      </PageTitle>
      {isPlacing && <PlaceCall onClose={() => setPlacing(false)} />}
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="log">{t("log")}</Tabs.Tab>
          <Tabs.Tab value="sums">{t("sums")}</Tabs.Tab>
          {mayCall && <Tabs.Tab value="callAnAgent">{t("callAnAgent")}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="log">
          <Log />
        </Tabs.Panel>
        <Tabs.Panel value="sums">
          <Analytics />
        </Tabs.Panel>
        <Tabs.Panel value="callAnAgent">
          <CallAnAgent />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
