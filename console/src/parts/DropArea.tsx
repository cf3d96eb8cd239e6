import "@mantine/dropzone/styles.css";
import { Button, Group, Text } from "@mantine/core";
import { Dropzone, type DropzoneProps } from "@mantine/dropzone";
import type { TablerIcon } from "@tabler/icons-react";
import { useRef } from "react";

interface DropProps extends Omit<DropzoneProps, "children"> {
  label: string; // of the field
  icon: TablerIcon;
  title: string;
  hint: string;
  choose: string; // the button's word
}

/** Where files are dropped, or chosen by a button. */
export function DropArea({ label, icon: Icon, title, hint, choose, ...props }: DropProps) {
  const open = useRef<() => void>(null);
  return (
    <Dropzone
      {...props}
      openRef={open}
      multiple
      activateOnClick={false}
      activateOnKeyboard={false}
      inputProps={{ "aria-label": label }}
    >
      <Group justify="center" mih={72}>
        <Icon size={32} aria-hidden />
        <div style={{ maxWidth: "40rem" }}>
          <Text fw={600}>{title}</Text>
          <Text size="sm" c="dimmed">
            {hint}
          </Text>
        </div>
        <Button
          style={{ pointerEvents: "all" }}
          disabled={props.disabled}
          onClick={() => open.current?.()}
        >
          {choose}
        </Button>
      </Group>
    </Dropzone>
  );
}
