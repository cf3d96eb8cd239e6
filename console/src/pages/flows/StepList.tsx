import { ActionIcon, Button, Group, Paper, Stack, Text, UnstyledButton } from "@mantine/core";
import IconArrowDown from "@tabler/icons-react/icons/IconArrowDown";
import IconArrowUp from "@tabler/icons-react/icons/IconArrowUp";
import IconTrash from "@tabler/icons-react/icons/IconTrash";
import { useWords } from "../../language";
import { nameOf, type Step } from "./flow";
import { StepForm } from "./StepForm";
import { ar } from "./words.ar";
import { en } from "./words.en";

interface StepsProps {
  steps: Step[];
  chosen: number | null;
  onChange: (steps: Step[]) => void;
  onChoose: (place: number | null) => void;
}

/** The steps in their order; the chosen one opens. Buttons move them, so that keys are enough. */
export function StepList({ steps, chosen, onChange, onChoose }: StepsProps) {
  const t = useWords({ en, ar });
  const move = (place: number, by: number) => {
    const other = place + by;
    onChange(steps.with(place, steps[other]!).with(other, steps[place]!));
    if (chosen === place) onChoose(other);
    else if (chosen === other) onChoose(place);
  };
  const add = () => {
    let number = steps.length + 1;
    while (steps.some((step) => step.name === `step_${number}`)) ++number;
    onChange([...steps, { name: `step_${number}`, type: "respond", text: "" }]);
    onChoose(steps.length);
  };
  const remove = (place: number) => {
    onChange(steps.toSpliced(place, 1));
    onChoose(null);
  };
  return (
    <Stack gap="xs">
      {steps.length === 0 && <Text c="dimmed">{t("noSteps")}</Text>}
      <ol style={{ listStyle: "none", padding: 0, margin: 0 }}>
        {steps.map((step, place) => {
          const name = nameOf(step, place);
          const isOpen = chosen === place;
          return (
            <li key={place} style={{ marginBlockEnd: 8 }}>
              <Paper withBorder p="xs">
                <Group justify="space-between" wrap="nowrap">
                  <UnstyledButton
                    style={{ flex: 1 }}
                    aria-expanded={isOpen}
                    onClick={() => onChoose(isOpen ? null : place)}
                  >
                    <Text span fw={600}>
                      {place + 1}. <bdi>{name}</bdi>
                    </Text>{" "}
                    <Text span size="sm" c="dimmed">
                      {t(step.type)}
                    </Text>
                  </UnstyledButton>
                  <Group gap={2} wrap="nowrap">
                    <ActionIcon
                      variant="subtle"
                      disabled={place === 0}
                      aria-label={t("up", { name })}
                      onClick={() => move(place, -1)}
                    >
                      <IconArrowUp size={16} aria-hidden />
                    </ActionIcon>
                    <ActionIcon
                      variant="subtle"
                      disabled={place === steps.length - 1}
                      aria-label={t("down", { name })}
                      onClick={() => move(place, 1)}
                    >
                      <IconArrowDown size={16} aria-hidden />
                    </ActionIcon>
                    <ActionIcon
                      variant="subtle"
                      color="red"
                      aria-label={t("removeOf", { name })}
                      onClick={() => remove(place)}
                    >
                      <IconTrash size={16} aria-hidden />
                    </ActionIcon>
                  </Group>
                </Group>
                {isOpen && (
                  <StepForm
                    step={step}
                    place={place}
                    steps={steps}
                    onChange={(next) => onChange(steps.with(place, next))}
                  />
                )}
              </Paper>
            </li>
          );
        })}
      </ol>
      <Group>
        <Button variant="default" onClick={add}>
          {t("addStep")}
        </Button>
      </Group>
    </Stack>
  );
}
