import { Button, Group, SimpleGrid, Text } from "@mantine/core";
import { useState, type KeyboardEvent } from "react";
import { useWords } from "../../language";
import { ar } from "./words.ar";
import { en } from "./words.en";

const keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;
const shownMax = 24;

/** The keys of a telephone. While one of them has the focus, the keyboard presses them, too. */
export function Keypad({ onPress }: { onPress: (key: string) => void }) {
  const t = useWords({ en, ar });
  const [isOpen, setOpen] = useState(false);
  const [pressed, setPressed] = useState("");
  const press = (key: string) => {
    onPress(key);
    setPressed((before) => (before + key).slice(-shownMax));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if ((keys as readonly string[]).includes(event.key)) press(event.key);
  };
  const names: Record<string, string> = { "*": t("star"), "#": t("hash") };
  return (
    <div>
      <Group>
        <Button
          variant="default"
          aria-expanded={isOpen}
          onClick={() => setOpen((before) => !before)}
        >
          {t("keypad")}
        </Button>
        <Text span ff="monospace" role="status" dir="ltr">
          {pressed !== "" && `${t("keysPressed")} ${pressed}`}
        </Text>
      </Group>
      {isOpen && (
        <SimpleGrid
          cols={3}
          spacing="xs"
          maw={240}
          mt="xs"
          dir="ltr"
          role="group"
          aria-label={t("keypad")}
          onKeyDown={onKeyDown}
        >
          {keys.map((key) => (
            <Button key={key} variant="default" aria-label={names[key]} onClick={() => press(key)}>
              {key}
            </Button>
          ))}
        </SimpleGrid>
      )}
    </div>
  );
}
