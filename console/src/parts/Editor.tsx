import { Button, Fieldset, Group } from "@mantine/core";
import { useState, type FormEvent, type ReactNode } from "react";
import { ApiProblem } from "../api/problem";
import { useWords } from "../language";
import { Problem } from "./Problem";
import { ar, en } from "./words";

export interface Saving {
  isBusy: boolean;
  error: Error | null; // of the last time
  wrong: (field: string) => string | undefined; // what the server says of a field
  submit: () => Promise<void>;
}

/** Saves what is edited and knows how that goes; what `save` throws is shown. */
export function useSaving(save: () => Promise<void>): Saving {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const submit = async () => {
    setBusy(true);
    setError(null);
    try {
      await save();
    } catch (failure) {
      setError(failure as Error);
    } finally {
      setBusy(false);
    }
  };
  const wrong = (field: string) => (error instanceof ApiProblem ? error.of(field) : undefined);
  return { isBusy, error, wrong, submit };
}

interface FrameProps {
  saving: Saving;
  isDisabled: boolean; // it can only be read
  children: ReactNode;
}

/** The form of an editor. Its last fields are followed by a SaveRow. */
export function EditorFrame({ saving, isDisabled, children }: FrameProps) {
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void saving.submit();
  };
  return (
    <form onSubmit={onSubmit}>
      <Fieldset variant="unstyled" disabled={isDisabled}>
        {children}
      </Fieldset>
    </form>
  );
}

/** What went wrong, and the button that saves. */
export function SaveRow({ saving, isDisabled }: Omit<FrameProps, "children">) {
  const t = useWords({ en, ar });
  return (
    <>
      <Problem error={saving.error} />
      {!isDisabled && (
        <Group>
          <Button type="submit" loading={saving.isBusy}>
            {t("save")}
          </Button>
        </Group>
      )}
    </>
  );
}
