import { Tabs } from "@mantine/core";
import { useParams } from "react-router";
import { useWords } from "../../language";
import { PageTitle, useTab } from "../../parts";
import { useRight } from "../../session";
import { CallLog } from "./CallLog";
import { AgentChoice } from "./ChooseAgent";
import { FunctionList } from "./FunctionList";
import { McpServers } from "./McpServers";
import { Secrets } from "./Secrets";
import { ar } from "./words.ar";
import { en } from "./words.en";

const tabs = ["functions", "servers", "secrets", "calls"] as const;

/** What an agent may do: functions, servers of tools, the secrets they use, and what was called. */
export function AgentFunctions() {
  const t = useWords({ en, ar });
  const agentId = useParams()["agentId"] ?? "";
  const mayWrite = useRight("agents.write");
  const [tab, setTab] = useTab(tabs);
  return (
    <>
      <PageTitle title={t("title")} about={t("about")} />
      <AgentChoice value={agentId} />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          {tabs
            .filter((name) => name !== "secrets" || mayWrite)
            .map((name) => (
              <Tabs.Tab key={name} value={name}>
                {t(name)}
              </Tabs.Tab>
            ))}
        </Tabs.List>
        <Tabs.Panel value="functions">
          <FunctionList agentId={agentId} />
        </Tabs.Panel>
        <Tabs.Panel value="servers">
          <McpServers agentId={agentId} />
        </Tabs.Panel>
        <Tabs.Panel value="secrets">
          <Secrets />
        </Tabs.Panel>
        <Tabs.Panel value="calls">
          <CallLog agentId={agentId} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
