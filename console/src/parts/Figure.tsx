import { Anchor, Paper, Skeleton, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { Problem } from "./Problem";

interface FigureProps {
  title: string;
  value: ReactNode; // undefined: on its way
  about?: ReactNode;
  to?: string; // the page that tells more
  error?: Error | null;
}

/** One figure with its name, as a card. */
export function Figure({ title, value, about, to, error = null }: FigureProps) {
  return (
    <Paper withBorder radius="md" p="md" component="section" aria-label={title}>
      <Stack gap={4}>
        <Text size="sm" c="dimmed" fw={600}>
          {to === undefined ? (
            title
          ) : (
            <Anchor component={Link} to={to} inherit>
              {title}
            </Anchor>
          )}
        </Text>
        {error !== null ? (
          <Problem error={error} />
        ) : value === undefined ? (
          <Skeleton height={32} width="50%" />
        ) : (
          <Text fz={26} lh={1.3} fw={700} component="div">
            {value}
          </Text>
        )}
        {about !== undefined && error === null && (
          <Text size="sm" c="dimmed" component="div">
            {about}
          </Text>
        )}
      </Stack>
    </Paper>
  );
}
