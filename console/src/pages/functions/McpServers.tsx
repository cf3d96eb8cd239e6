import {
  Alert,
  Button,
  Group,
  NumberInput,
  Paper,
  Stack,
  Switch,
  TagsInput,
  Text,
} from "@mantine/core";
import { TextInput, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, bodyOf, type Schemas } from "../../api/client";
import { useWords } from "../../language";
import {
  ConfirmButton,
  DialogForm,
  JsonView,
  notifyProblem,
  Problem,
  StatusBadge,
  Waiting,
  When,
} from "../../parts";
import { useRight } from "../../session";
import { HeaderRows, headersOf, rowsOf } from "./HeaderRows";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Server = Schemas["McpServer"] & { name: string };

function ServerForm(props: { agentId: string; shown?: Server; onClose: () => void }) {
  const { agentId, shown, onClose } = props;
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const [name, setName] = useState(shown?.name ?? "");
  const [url, setUrl] = useState(shown?.url ?? "");
  const [headers, setHeaders] = useState(() => rowsOf(shown?.headers));
  const [tools, setTools] = useState<string[]>(shown?.allowed_tools ?? []);
  const [timeoutMs, setTimeoutMs] = useState(shown?.timeout_ms ?? 30000);
  const [isActive, setActive] = useState(shown?.is_active ?? true);
  const submit = async () => {
    const body = {
      name,
      url,
      headers: headersOf(headers),
      allowed_tools: tools.length === 0 ? null : tools,
      timeout_ms: timeoutMs,
      is_active: isActive,
    };
    if (shown === undefined)
      await ask(
        api.POST("/api/agents/{agentId}/mcp-servers", { params: { path: { agentId } }, body }),
      );
    else
      await ask(
        api.PUT("/api/agents/{agentId}/mcp-servers/{mcpServerId}", {
          params: { path: { agentId, mcpServerId: shown.id } },
          body,
        }),
      );
    await queries.invalidateQueries({ queryKey: ["mcp-servers", agentId] });
  };
  return (
    <DialogForm
      title={shown === undefined ? t("addServer") : t("editServer")}
      isOpen
      onClose={onClose}
      submit={t("save")}
      onSubmit={submit}
      size="lg"
    >
      <TextInput
        label={t("name")}
        description={t("serverNameHint")}
        dir="ltr"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={32}
        required
        data-autofocus
      />
      <TextInput
        label={t("address")}
        type="url"
        dir="ltr"
        value={url}
        onChange={(event) => setUrl(event.currentTarget.value)}
        maxLength={4096}
        required
      />
      <HeaderRows rows={headers} onChange={setHeaders} />
      <TagsInput
        label={t("allowedTools")}
        description={t("allowedToolsHint")}
        data={shown?.tools.map((tool) => tool.name) ?? []}
        value={tools}
        onChange={setTools}
      />
      <NumberInput
        label={t("timeout")}
        value={timeoutMs}
        min={1000}
        max={120000}
        onChange={(value) => typeof value === "number" && setTimeoutMs(value)}
      />
      <Switch
        label={t("isActive")}
        checked={isActive}
        onChange={(event) => setActive(event.currentTarget.checked)}
      />
    </DialogForm>
  );
}

function ServerCard({ agentId, server }: { agentId: string; server: Server }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const mayWrite = useRight("agents.write");
  const [isEditing, setEditing] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const path = { agentId, mcpServerId: server.id };
  const reload = () => queries.invalidateQueries({ queryKey: ["mcp-servers", agentId] });
  const refresh = async () => {
    setBusy(true);
    try {
      await ask(
        api.POST("/api/agents/{agentId}/mcp-servers/{mcpServerId}/refresh", { params: { path } }),
      );
      await reload();
    } catch (error) {
      notifyProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const remove = async () => {
    await bodyOf(
      api.DELETE("/api/agents/{agentId}/mcp-servers/{mcpServerId}", { params: { path } }),
    );
    await reload();
  };
  return (
    <Paper withBorder p="md" component="section" aria-label={server.name}>
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={2} size="h4">
            <bdi>{server.name}</bdi>
          </Title>
          <Text size="sm">
            <bdi style={{ overflowWrap: "anywhere" }}>{server.url}</bdi>
          </Text>
          <Group gap="xs" mt={4}>
            <StatusBadge
              state={server.is_active ? "active" : "off"}
              text={server.is_active ? t("on") : t("off")}
            />
            <Text size="sm" c="dimmed">
              {t("listedAt")}: <When at={server.listed_at} />
            </Text>
          </Group>
        </div>
        {mayWrite && (
          <Group gap="xs">
            <Button
              size="xs"
              variant="default"
              loading={isBusy}
              aria-label={t("refreshOf", { name: server.name })}
              onClick={() => void refresh()}
            >
              {t("refresh")}
            </Button>
            <Button
              size="xs"
              variant="default"
              aria-label={t("editOf", { name: server.name })}
              onClick={() => setEditing(true)}
            >
              {t("edit")}
            </Button>
            <ConfirmButton
              size="xs"
              name={t("removeOf", { name: server.name })}
              question={t("removeQuestion", { name: server.name })}
              onConfirm={remove}
            >
              {t("remove")}
            </ConfirmButton>
          </Group>
        )}
      </Group>
      {server.last_error !== null && (
        <Alert color="red" mt="sm">
          {t("serverFailed", { why: server.last_error })}
        </Alert>
      )}
      {server.tools.map((tool) => (
        <details key={tool.name} style={{ marginTop: 8 }}>
          <summary style={{ cursor: "pointer" }}>
            <code>{tool.name}</code> {tool.description}
          </summary>
          <JsonView
            value={tool.input_schema}
            label={t("schemaOf", { name: tool.name })}
            heightMax={200}
          />
        </details>
      ))}
      {isEditing && (
        <ServerForm agentId={agentId} shown={server} onClose={() => setEditing(false)} />
      )}
    </Paper>
  );
}

/** The servers that lend an agent their tools (Model Context Protocol). */
export function McpServers({ agentId }: { agentId: string }) {
  const t = useWords({ en, ar });
  const mayWrite = useRight("agents.write");
  const [isAdding, setAdding] = useState(false);
  const path = { agentId };
  const { data, error, refetch } = useQuery({
    queryKey: ["mcp-servers", agentId],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/agents/{agentId}/mcp-servers", { params: { path }, signal })),
  });
  if (error) return <Problem error={error} again={() => void refetch()} />;
  if (data === undefined) return <Waiting />;
  return (
    <Stack gap="md">
      {mayWrite && (
        <Group>
          <Button onClick={() => setAdding(true)}>{t("addServer")}</Button>
        </Group>
      )}
      {data.items.length === 0 && <Text c="dimmed">{t("noServers")}</Text>}
      {data.items.map((server) => (
        <ServerCard key={server.id} agentId={agentId} server={server as Server} />
      ))}
      {isAdding && <ServerForm agentId={agentId} onClose={() => setAdding(false)} />}
    </Stack>
  );
}
