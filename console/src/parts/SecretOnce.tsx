import { Alert, Button, Group, Modal, Text } from "@mantine/core";
import { useWords } from "../language";
import { CopyText } from "./CopyText";
import { ar, en } from "./words";

/** Shows a secret that the server tells only now. Null: nothing to show. */
export function SecretOnce(props: { title: string; secret: string | null; onClose: () => void }) {
  const { title, secret, onClose } = props;
  const t = useWords({ en, ar });
  return (
    <Modal
      opened={secret !== null}
      onClose={onClose}
      title={title}
      closeOnClickOutside={false}
      size="lg"
    >
      <Alert color="orange" mb="md">
        {t("once")}
      </Alert>
      <Text component="div" mb="md">
        {secret !== null && <CopyText text={secret} />}
      </Text>
      <Group justify="flex-end">
        <Button onClick={onClose}>{t("kept")}</Button>
      </Group>
    </Modal>
  );
}
