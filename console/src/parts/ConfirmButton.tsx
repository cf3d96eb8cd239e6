import { ActionIcon, Button, Group, Modal, Text, Tooltip, type ButtonProps } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { useWords } from "../language";
import { Problem } from "./Problem";
import { ar, en } from "./words";

interface ConfirmProps extends ButtonProps {
  children: string; // what is done: "Delete"
  question: string; // "Delete this key?"
  explain?: ReactNode; // what it means
  icon?: ReactNode; // shown alone, with `children` as its name
  name?: string; // says of what, to those who cannot see the row: "Delete key CI"
  onConfirm: () => Promise<unknown>;
}

/** A button for what cannot be taken back: it asks first, and tells when it fails. */
export function ConfirmButton(props: ConfirmProps) {
  const { children, question, explain, icon, name, onConfirm, color = "red", ...button } = props;
  const t = useWords({ en, ar });
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const open = () => {
    setError(null);
    setOpen(true);
  };
  const confirm = async () => {
    setBusy(true);
    try {
      await onConfirm();
      setOpen(false);
    } catch (failure) {
      setError(failure as Error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {icon === undefined ? (
        <Button variant="default" {...button} onClick={open} aria-label={name}>
          {children}
        </Button>
      ) : (
        <Tooltip label={children}>
          <ActionIcon variant="subtle" color={color} onClick={open} aria-label={name ?? children}>
            {icon}
          </ActionIcon>
        </Tooltip>
      )}
      <Modal opened={isOpen} onClose={() => setOpen(false)} title={question} centered>
        {explain !== undefined && (
          <Text size="sm" component="div">
            {explain}
          </Text>
        )}
        <Problem error={error} />
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={() => setOpen(false)} data-autofocus>
            {t("cancel")}
          </Button>
          <Button color={color} loading={isBusy} onClick={() => void confirm()}>
            {children}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
