import { Anchor, Group, SimpleGrid } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { useFormats, useWords } from "../../language";
import { DataTable, Figure, StatusBadge, When } from "../../parts";
import { Filter } from "../../parts/Filter";
import { useAgentNames } from "../../parts/useAgentNames";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Rating = Schemas["ChatFeedback"];

const days = 30;

/** What people thought of answers. */
export function Feedback() {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const names = useAgentNames();
  const [rating, setRating] = useState<Rating["rating"] | null>(null);
  const filters = { days, rating: rating ?? undefined };
  const sums = useQuery({
    queryKey: ["conversations", "feedback", "sums"],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/chat/feedback", { params: { query: { days, limit: 1 } }, signal })),
  });
  const ratings = usePages<Rating>(["conversations", "feedback", filters], (query, signal) =>
    ask(api.GET("/api/chat/feedback", { params: { query: { ...query, ...filters } }, signal })),
  );
  return (
    <>
      <SimpleGrid cols={{ base: 2, sm: 4 }} mb="md">
        <Figure
          title={t("up")}
          value={sums.data && formats.number(sums.data.up)}
          error={sums.error}
          about={t("lastDays", { count: days })}
        />
        <Figure
          title={t("down")}
          value={sums.data && formats.number(sums.data.down)}
          error={sums.error}
          about={t("lastDays", { count: days })}
        />
      </SimpleGrid>
      <Group mb="md">
        <Filter
          label={t("rating")}
          choices={[
            { value: "up", label: t("up") },
            { value: "down", label: t("down") },
          ]}
          value={rating}
          onChange={setRating}
        />
      </Group>
      <DataTable<Rating>
        label={t("feedback")}
        pages={ratings}
        keyOf={(one) => one.message_id}
        empty={t("noFeedback")}
        isNarrowed={rating !== null}
        columns={[
          { key: "when", title: t("when"), cell: (one) => <When at={one.updated_at} /> },
          {
            key: "rating",
            title: t("rating"),
            cell: (one) => (
              <StatusBadge
                state={one.rating}
                tone={one.rating === "up" ? "good" : "bad"}
                text={t(one.rating)}
              />
            ),
          },
          { key: "comment", title: t("comment"), cell: (one) => <bdi>{one.comment || "–"}</bdi> },
          {
            key: "agent",
            title: t("agent"),
            cell: (one) => (one.agent_id && names.get(one.agent_id)) ?? "–",
          },
          {
            key: "open",
            title: t("conversation"),
            cell: (one) => (
              <Anchor component={Link} to={`/conversations/${one.session_id}`}>
                {t("open")}
              </Anchor>
            ),
          },
        ]}
      />
    </>
  );
}
