import { Button, Group, Paper, Stack, Title } from "@mantine/core";
import { useId, useState, type FormEvent, type ReactNode } from "react";
import { Problem } from "./Problem";

interface SectionProps {
  title: string;
  submit?: string; // the button's word; without one there is nothing to send
  onSubmit?: () => Promise<unknown>; // what it throws is shown
  children: ReactNode;
}

/** A part of a page with fields of its own, under a heading. */
export function FormSection({ title, submit, onSubmit, children }: SectionProps) {
  const heading = useId();
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await onSubmit?.();
    } catch (failure) {
      setError(failure as Error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Paper withBorder radius="md" p="md" component="section" aria-labelledby={heading} maw={640}>
      <Title order={2} size="h4" mb="md" id={heading}>
        {title}
      </Title>
      <form onSubmit={(event) => void send(event)}>
        <Stack gap="sm">
          {children}
          <Problem error={error} />
          {submit !== undefined && (
            <Group>
              <Button type="submit" loading={isBusy}>
                {submit}
              </Button>
            </Group>
          )}
        </Stack>
      </form>
    </Paper>
  );
}
