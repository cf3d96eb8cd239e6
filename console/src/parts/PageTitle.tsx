import { Group, Text, Title } from "@mantine/core";
import { useEffect, type ReactNode } from "react";

/** The heading of a page, which is its document's title too. `children` stand at its end. */
export function PageTitle(props: { title: string; about?: ReactNode; children?: ReactNode }) {
  const { title, about, children } = props;
  useEffect(() => {
    document.title = `${title} · AIVA`;
  }, [title]);
  return (
    <Group justify="space-between" align="flex-start" mb="lg" gap="sm">
      <div>
        <Title order={1} size="h2">
          {title}
        </Title>
        {about !== undefined && (
          <Text c="dimmed" size="sm" mt={4} component="div">
            {about}
          </Text>
        )}
      </div>
      {children !== undefined && <Group gap="xs">{children}</Group>}
    </Group>
  );
}
