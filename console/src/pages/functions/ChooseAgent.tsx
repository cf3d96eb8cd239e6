import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { api, ask } from "../../api/client";
import { useWords } from "../../language";
import { PageTitle, Problem, Waiting } from "../../parts";
import { AgentSelect } from "../../parts/AgentSelect";
import { ar } from "./words.ar";
import { en } from "./words.en";

const agentsMax = 200;

/** The agents whose functions can be seen; one is chosen at a time. */
export function AgentChoice({ value }: { value: string | null }) {
  const t = useWords({ en, ar });
  const navigate = useNavigate();
  const { data, error } = useQuery({
    queryKey: ["agents", "names"],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/agents", { params: { query: { limit: agentsMax } }, signal })),
  });
  if (error) return <Problem error={error} />;
  if (data === undefined) return <Waiting />;
  if (data.items.length === 0) return <Text>{t("noAgents")}</Text>;
  return (
    <AgentSelect
      label={t("agent")}
      placeholder={t("chooseAgent")}
      value={value}
      onChange={(next) => next !== null && void navigate(`/functions/${next}`)}
      allowDeselect={false}
      maw={360}
      mb="md"
    />
  );
}

export function ChooseAgent() {
  const t = useWords({ en, ar });
  return (
    <>
      <PageTitle title={t("title")} about={t("about")} />
      <AgentChoice value={null} />
    </>
  );
}
