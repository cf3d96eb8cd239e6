import { Button, Checkbox, NumberInput, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, ask, bodyOf } from "../../api/client";
import { useWords } from "../../language";
import { ConfirmButton, DialogForm, notifyDone, notifyProblem, SecretOnce } from "../../parts";
import { WebhookForm, type Webhook } from "./WebhookForm";
import { ar } from "./words.ar";
import { en } from "./words.en";

const dayMs = 86_400_000;

/** An instant as the browser's field for local time writes it. */
function localText(ms: number): string {
  const offset = new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - offset).toISOString().slice(0, 16);
}

function ReplayRange({ webhook }: { webhook: Webhook }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const [isOpen, open] = useDisclosure(false);
  const [from, setFrom] = useState(() => localText(Date.now() - dayMs));
  const [until, setUntil] = useState(() => localText(Date.now() + 60_000));
  const [onlyFailed, setOnlyFailed] = useState(true);
  const submit = async () => {
    const { queued } = await ask(
      api.POST("/api/webhooks/{webhookId}/replay", {
        params: { path: { webhookId: webhook.id } },
        body: {
          from: new Date(from).toISOString(),
          until: new Date(until).toISOString(),
          only_failed: onlyFailed,
        },
      }),
    );
    notifyDone(t("replayDone", { count: queued }));
    await queries.invalidateQueries({ queryKey: ["webhooks", webhook.id] });
  };
  return (
    <>
      <Button variant="default" onClick={open.open}>
        {t("replayRange")}
      </Button>
      <DialogForm
        title={t("replayRange")}
        isOpen={isOpen}
        onClose={open.close}
        submit={t("replay")}
        onSubmit={submit}
      >
        <TextInput
          type="datetime-local"
          label={t("from")}
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
          required
        />
        <TextInput
          type="datetime-local"
          label={t("until")}
          value={until}
          onChange={(event) => setUntil(event.currentTarget.value)}
          required
        />
        <Checkbox
          label={t("onlyFailed")}
          checked={onlyFailed}
          onChange={(event) => setOnlyFailed(event.currentTarget.checked)}
        />
      </DialogForm>
    </>
  );
}

function RotateSecret({ webhook }: { webhook: Webhook }) {
  const t = useWords({ en, ar });
  const [isOpen, open] = useDisclosure(false);
  const [hours, setHours] = useState(24);
  const [secret, setSecret] = useState<string | null>(null);
  const submit = async () => {
    const told = await ask(
      api.POST("/api/webhooks/{webhookId}/rotate-secret", {
        params: { path: { webhookId: webhook.id } },
        body: { overlap_hours: hours },
      }),
    );
    setSecret(told.secret);
  };
  return (
    <>
      <Button variant="default" onClick={open.open}>
        {t("rotate")}
      </Button>
      <DialogForm
        title={t("rotate")}
        isOpen={isOpen}
        onClose={open.close}
        submit={t("rotate")}
        onSubmit={submit}
      >
        <Text size="sm">{t("rotateExplain")}</Text>
        <NumberInput
          label={t("overlap")}
          value={hours}
          onChange={(value) => setHours(Number(value) || 0)}
          min={0}
          max={168}
          allowDecimal={false}
        />
      </DialogForm>
      <SecretOnce title={t("newSecret")} secret={secret} onClose={() => setSecret(null)} />
    </>
  );
}

/** What can be done with a webhook. */
export function WebhookActions({ webhook }: { webhook: Webhook }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [isEditing, editing] = useDisclosure(false);
  const path = { webhookId: webhook.id };
  const reload = () => queries.invalidateQueries({ queryKey: ["webhooks"] });
  const change = async (body: Partial<Webhook>) => {
    await ask(api.PUT("/api/webhooks/{webhookId}", { params: { path }, body }));
    notifyDone(t("changed"));
    await reload();
  };
  const test = async () => {
    try {
      await ask(api.POST("/api/webhooks/{webhookId}/test", { params: { path } }));
      notifyDone(t("testSent"));
      await reload();
    } catch (error) {
      notifyProblem(error);
    }
  };
  const remove = async () => {
    await bodyOf(api.DELETE("/api/webhooks/{webhookId}", { params: { path } }));
    await queries.cancelQueries({ queryKey: ["webhooks", webhook.id] });
    await navigate("/webhooks");
    await queries.invalidateQueries({ queryKey: ["webhooks"], exact: true }); // not what is gone
  };
  return (
    <>
      <Button onClick={() => void test()}>{t("test")}</Button>
      <Button variant="default" onClick={editing.open}>
        {t("edit")}
      </Button>
      <ReplayRange webhook={webhook} />
      <RotateSecret webhook={webhook} />
      {webhook.is_active ? (
        <ConfirmButton
          question={t("switchOffQuestion")}
          explain={t("switchOffExplain")}
          onConfirm={() => change({ is_active: false })}
        >
          {t("switchOff")}
        </ConfirmButton>
      ) : (
        <Button
          variant="default"
          onClick={() => void change({ is_active: true }).catch(notifyProblem)}
        >
          {t("switchOn")}
        </Button>
      )}
      <ConfirmButton question={t("removeQuestion")} explain={t("removeExplain")} onConfirm={remove}>
        {t("remove")}
      </ConfirmButton>
      {isEditing && (
        <WebhookForm
          title={t("edit")}
          submit={t("save")}
          isOpen
          webhook={webhook}
          onClose={editing.close}
          onSubmit={change}
        />
      )}
    </>
  );
}
