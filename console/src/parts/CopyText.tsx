import { ActionIcon, Code, CopyButton, Group, Tooltip } from "@mantine/core";
import IconCheck from "@tabler/icons-react/icons/IconCheck";
import IconCopy from "@tabler/icons-react/icons/IconCopy";
import { useWords } from "../language";
import { ar, en } from "./words";

/** A text to be taken along: an id, a key. `shown` stands for it where it is long. */
export function CopyText({ text, shown }: { text: string; shown?: string }) {
  const t = useWords({ en, ar });
  return (
    <Group gap={4} wrap="nowrap" display="inline-flex">
      <Code dir="ltr" style={{ overflowWrap: "anywhere" }}>
        {shown ?? text}
      </Code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? t("copied") : t("copy")}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              onClick={copy}
              aria-label={`${copied ? t("copied") : t("copy")}: ${shown ?? text}`}
            >
              {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
