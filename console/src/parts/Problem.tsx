import { Alert, Button, Code, Group, List, Text } from "@mantine/core";
import IconAlertTriangle from "@tabler/icons-react/icons/IconAlertTriangle";
import { ApiProblem } from "../api/problem";
import { useWords } from "../language";
import { ar, en } from "./words";

/** What went wrong, as the server said it. `again` offers another try. */
export function Problem({ error, again }: { error: Error | null; again?: () => void }) {
  const t = useWords({ en, ar });
  if (error === null) return null;
  const told = error instanceof ApiProblem ? error : null;
  return (
    <Alert
      color="red"
      title={t("failed")}
      icon={<IconAlertTriangle aria-hidden />}
      role="alert"
      my="sm"
    >
      <Text size="sm">{error.message}</Text>
      {told !== null && told.fields.length > 0 && (
        <List size="sm" mt="xs">
          {told.fields.map((wrong) => (
            <List.Item key={wrong.field + wrong.message}>
              <Code>{wrong.field}</Code> {wrong.message}
            </List.Item>
          ))}
        </List>
      )}
      {told !== null && told.requestId !== "" && (
        <Text size="xs" mt="xs" c="dimmed">
          {t("request", { id: told.requestId })}
          {told.traceId !== "" &&
            told.traceId !== told.requestId &&
            ` · ${t("trace", { id: told.traceId })}`}
        </Text>
      )}
      {again !== undefined && (
        <Group mt="sm">
          <Button size="xs" variant="default" onClick={again}>
            {t("again")}
          </Button>
        </Group>
      )}
    </Alert>
  );
}
