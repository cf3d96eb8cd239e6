import { Anchor, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, ask } from "../../api/client";
import { useWords } from "../../language";
import { DataTable, PageTitle, Problem, Waiting, When } from "../../parts";
import { clock, otherEnd, type Call } from "../calls/names";
import { Live } from "../conversations/Live";
import { useAgentNames } from "../../parts/useAgentNames";
import { ar } from "./words.ar";
import { en } from "./words.en";

interface Active {
  call: Call;
  is_here: boolean;
  seconds: number | null;
}

const everyMs = 2_000;

/** Seconds since a call began, also where another process carries it. */
function secondsOf({ call, seconds }: Active): number {
  if (seconds !== null) return seconds;
  const began = Date.parse(call.start_time ?? call.created_at);
  return (Date.now() - began) / 1000;
}

/** The calls that go on now. */
export function ActiveCalls() {
  const t = useWords({ en, ar });
  const names = useAgentNames();
  const { data, error, refetch } = useQuery({
    queryKey: ["calls", "active"],
    queryFn: ({ signal }) => ask(api.GET("/api/calls/active", { signal })),
    refetchInterval: everyMs,
  });
  return (
    <>
      <PageTitle title={t("title")} about={t("about")}>
        <Live isFailing={error !== null} />
      </PageTitle>
      <Problem error={error} again={() => void refetch()} />
      {data === undefined && error === null && <Waiting />}
      {data !== undefined && (
        <>
          <Text role="status" fw={600} mb="sm">
            {t("count", { count: data.total })}
          </Text>
          <DataTable<Active>
            label={t("title")}
            items={data.items}
            keyOf={({ call }) => call.id}
            empty={t("none")}
            columns={[
              {
                key: "who",
                title: t("otherEnd"),
                cell: ({ call }) => (
                  <Anchor
                    component={Link}
                    to={call.id}
                    aria-label={t("followOf", { who: otherEnd(call) })}
                  >
                    <bdi>{otherEnd(call)}</bdi>
                  </Anchor>
                ),
              },
              {
                key: "agent",
                title: t("agent"),
                cell: ({ call }) => names.get(call.agent_id) ?? "–",
              },
              { key: "way", title: t("direction"), cell: ({ call }) => t(call.direction) },
              {
                key: "began",
                title: t("began"),
                cell: ({ call }) => <When at={call.start_time} />,
              },
              {
                key: "seconds",
                title: t("duration"),
                cell: (one) => <bdi>{clock(secondsOf(one))}</bdi>,
                isNumber: true,
              },
              {
                key: "where",
                title: t("process"),
                cell: ({ is_here }) => (is_here ? t("here") : t("elsewhere")),
              },
            ]}
          />
        </>
      )}
    </>
  );
}
