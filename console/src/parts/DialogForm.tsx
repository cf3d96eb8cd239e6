import { Button, Group, Modal, Stack } from "@mantine/core";
import { useEffect, useState, type FormEvent, type ReactNode } from "react";
import { useWords } from "../language";
import { Problem } from "./Problem";
import { ar, en } from "./words";

interface DialogProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  submit: string; // the button's word
  onSubmit: () => Promise<unknown>; // closes when it is done; what it throws is shown
  canSubmit?: boolean;
  size?: string;
  children: ReactNode;
}

/** Whoever opened the dialog has the focus again, also when it is taken away while it is open. */
function useFocusReturn() {
  useEffect(() => {
    const opener = document.activeElement;
    return () => {
      const isLost = document.activeElement === document.body; // no other dialog took it
      if (isLost && opener instanceof HTMLElement) opener.focus({ preventScroll: true });
    };
  }, []);
}

function DialogBody({ onClose, submit, onSubmit, canSubmit = true, children }: DialogProps) {
  const t = useWords({ en, ar });
  useFocusReturn();
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    setBusy(true);
    setError(null);
    try {
      await onSubmit();
      onClose();
    } catch (failure) {
      setError(failure as Error);
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void send(event)}>
      <Stack gap="sm">
        {children}
        <Problem error={error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("cancel")}
          </Button>
          <Button type="submit" loading={isBusy} disabled={!canSubmit}>
            {submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** A form in a window of its own. Its fields begin anew each time it opens. */
export function DialogForm(props: DialogProps) {
  return (
    <Modal opened={props.isOpen} onClose={props.onClose} title={props.title} size={props.size}>
      <DialogBody {...props} />
    </Modal>
  );
}
