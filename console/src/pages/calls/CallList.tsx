import { Anchor, Button, Group, Tabs } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { Link } from "react-router";
import { api, ask } from "../../api/client";
import { usePages } from "../../api/pages";
import { useWords } from "../../language";
import { DataTable, LineInput, Money, PageTitle, useTab, When } from "../../parts";
import { AgentFilter, Filter } from "../../parts/Filter";
import { useRight } from "../../session";
import { useAgentNames } from "../../parts/useAgentNames";
import { Analytics } from "./Analytics";
import { CallAnAgent } from "./CallAnAgent";
import { CallState } from "./CallState";
import { PlaceCall } from "./PlaceCall";
import { clock, otherEnd, statuses, type Call } from "./names";
import { ar } from "./words.ar";
import { en } from "./words.en";

const everyMs = 5_000;
const directions: Call["direction"][] = ["inbound", "outbound"];

/** The instant that a day begins at, or the next one, here. */
function startOf(day: string, daysOn = 0): string | undefined {
  if (day === "") return undefined;
  const at = new Date(`${day}T00:00`);
  at.setDate(at.getDate() + daysOn);
  return at.toISOString();
}

function Log() {
  const t = useWords({ en, ar });
  const names = useAgentNames();
  const [agent, setAgent] = useState<string | null>(null);
  const [status, setStatus] = useState<Call["status"] | null>(null);
  const [direction, setDirection] = useState<Call["direction"] | null>(null);
  const [caller, setCaller] = useState("");
  const [number] = useDebouncedValue(caller.trim(), 300);
  const [from, setFrom] = useState("");
  const [until, setUntil] = useState("");
  const filters = {
    agent_id: agent ?? undefined,
    status: status ?? undefined,
    direction: direction ?? undefined,
    caller_id: number === "" ? undefined : number,
    from: startOf(from),
    until: startOf(until, 1),
  };
  const clear = () => {
    setAgent(null);
    setStatus(null);
    setDirection(null);
    setCaller("");
    setFrom("");
    setUntil("");
  };
  const calls = usePages<Call>(
    ["calls", "list", filters],
    (query, signal) =>
      ask(api.GET("/api/calls", { params: { query: { ...query, ...filters } }, signal })),
    { everyMs },
  );
  return (
    <>
      <Group mb="md" align="flex-end">
        <AgentFilter label={t("agent")} value={agent} onChange={setAgent} />
        <Filter
          label={t("state")}
          choices={statuses.map((value) => ({ value, label: t(value) }))}
          value={status}
          onChange={setStatus}
        />
        <Filter
          label={t("direction")}
          choices={directions.map((value) => ({ value, label: t(value) }))}
          value={direction}
          onChange={setDirection}
        />
        <LineInput
          label={t("callerNumber")}
          dir="ltr"
          value={caller}
          onChange={setCaller}
          maxLength={100}
        />
        <LineInput label={t("from")} type="date" value={from} onChange={setFrom} />
        <LineInput label={t("until")} type="date" value={until} onChange={setUntil} />
        <Button variant="default" onClick={clear}>
          {t("clear")}
        </Button>
      </Group>
      <DataTable<Call>
        label={t("title")}
        pages={calls}
        keyOf={(call) => call.id}
        empty={t("none")}
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
          { key: "who", title: t("otherEnd"), cell: (call) => <bdi>{otherEnd(call)}</bdi> },
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
