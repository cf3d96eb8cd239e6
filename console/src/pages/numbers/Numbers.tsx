import { Button, Group } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, bodyOf, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { useWords } from "../../language";
import {
  ConfirmButton,
  DataTable,
  DialogForm,
  LineInput,
  OnOff,
  StatusBadge,
  When,
} from "../../parts";
import { AgentSelect } from "../../parts/AgentSelect";
import { useRight } from "../../session";
import { useAgentNames } from "../../parts/useAgentNames";
import { ar } from "./words.ar";
import { en } from "./words.en";

type DialledNumber = Schemas["Number"] & { did: string; agent_id: string; label: string };

function NumberForm({ shown, onClose }: { shown?: DialledNumber; onClose: () => void }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const [did, setDid] = useState(shown?.did ?? "");
  const [agent, setAgent] = useState<string | null>(shown?.agent_id ?? null);
  const [label, setLabel] = useState(shown?.label ?? "");
  const [isActive, setActive] = useState(shown?.is_active ?? true);
  const submit = async () => {
    const body = { did, agent_id: agent ?? undefined, label, is_active: isActive };
    if (shown === undefined) await ask(api.POST("/api/numbers", { body }));
    else
      await ask(
        api.PUT("/api/numbers/{numberId}", { params: { path: { numberId: shown.id } }, body }),
      );
    await queries.invalidateQueries({ queryKey: ["numbers"] });
  };
  return (
    <DialogForm
      title={shown === undefined ? t("add") : t("edit")}
      isOpen
      onClose={onClose}
      submit={t("save")}
      onSubmit={submit}
    >
      <LineInput
        label={t("number")}
        description={t("numberHint")}
        type="tel"
        dir="ltr"
        value={did}
        onChange={setDid}
        maxLength={100}
        required
        data-autofocus
      />
      <AgentSelect label={t("agent")} value={agent} onChange={setAgent} required />
      <LineInput label={t("label")} value={label} onChange={setLabel} maxLength={100} />
      <OnOff label={t("isActive")} value={isActive} onChange={setActive} />
    </DialogForm>
  );
}

/** The numbers that agents answer. */
export function Numbers() {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const names = useAgentNames();
  const mayWrite = useRight("agents.write");
  const [open, setOpen] = useState<DialledNumber | "new" | null>(null);
  const numbers = usePages<DialledNumber>(["numbers"], async (query, signal) => {
    const page = await ask(api.GET("/api/numbers", { params: { query }, signal }));
    return { ...page, items: page.items as DialledNumber[] };
  });
  const remove = async (numberId: string) => {
    await bodyOf(api.DELETE("/api/numbers/{numberId}", { params: { path: { numberId } } }));
    await queries.invalidateQueries({ queryKey: ["numbers"] });
  };
  return (
    <>
      {mayWrite && (
        <Group mb="sm">
          <Button onClick={() => setOpen("new")}>{t("add")}</Button>
        </Group>
      )}
      <DataTable<DialledNumber>
        label={t("answered")}
        pages={numbers}
        keyOf={(one) => one.id}
        empty={t("none")}
        columns={[
          { key: "did", title: t("number"), cell: (one) => <bdi dir="ltr">{one.did}</bdi> },
          { key: "label", title: t("label"), cell: (one) => one.label || "–" },
          { key: "agent", title: t("agent"), cell: (one) => names.get(one.agent_id) ?? "–" },
          {
            key: "state",
            title: t("state"),
            cell: (one) => (
              <StatusBadge
                state={one.is_active ? "active" : "off"}
                text={one.is_active ? t("on") : t("off")}
              />
            ),
          },
          { key: "changed", title: t("changedAt"), cell: (one) => <When at={one.updated_at} /> },
          {
            key: "do",
            title: t("edit"),
            isTitleHidden: true,
            cell: (one) =>
              mayWrite && (
                <Group gap="xs" justify="flex-end" wrap="nowrap">
                  <Button
                    size="xs"
                    variant="default"
                    aria-label={t("editOf", { number: one.did })}
                    onClick={() => setOpen(one)}
                  >
                    {t("edit")}
                  </Button>
                  <ConfirmButton
                    size="xs"
                    name={t("removeOf", { number: one.did })}
                    question={t("removeQuestion", { number: one.did })}
                    explain={t("removeExplain")}
                    onConfirm={() => remove(one.id)}
                  >
                    {t("remove")}
                  </ConfirmButton>
                </Group>
              ),
          },
        ]}
      />
      {open !== null && (
        <NumberForm shown={open === "new" ? undefined : open} onClose={() => setOpen(null)} />
      )}
    </>
  );
}
