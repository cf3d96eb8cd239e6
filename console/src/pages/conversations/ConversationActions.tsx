import { Button, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, ask, bodyOf } from "../../api/client";
import { useWords } from "../../language";
import { ConfirmButton, DialogForm, notifyDone, notifyProblem, saveFile } from "../../parts";
import { useRight } from "../../session";
import type { Session } from "./messages";
import { ar } from "./words.ar";
import { en } from "./words.en";

function AskForPerson({ session }: { session: Session }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const [isOpen, open] = useDisclosure(false);
  const [reason, setReason] = useState("");
  const [queue, setQueue] = useState("");
  const submit = async () => {
    const path = { sessionId: session.id };
    const body = { reason, queue };
    await ask(api.POST("/api/chat/sessions/{sessionId}/transfer", { params: { path }, body }));
    await queries.invalidateQueries({ queryKey: ["conversations"] });
  };
  return (
    <>
      <Button variant="default" onClick={open.open}>
        {t("askForPerson")}
      </Button>
      <DialogForm
        title={t("askForPerson")}
        isOpen={isOpen}
        onClose={open.close}
        submit={t("askForPerson")}
        onSubmit={submit}
      >
        <TextInput
          label={t("reason")}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          maxLength={4000}
          data-autofocus
        />
        <TextInput
          label={t("queue")}
          value={queue}
          onChange={(event) => setQueue(event.currentTarget.value)}
          maxLength={200}
        />
      </DialogForm>
    </>
  );
}

/** Takes a conversation over, or has the agent answer again. */
export function Handover({ session }: { session: Session }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const params = { path: { sessionId: session.id } };
  const run = async (call: () => Promise<unknown>, done: string) => {
    setBusy(true);
    try {
      await call();
      notifyDone(done);
      await queries.invalidateQueries({ queryKey: ["conversations"] });
    } catch (error) {
      notifyProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const claim = () =>
    run(() => ask(api.POST("/api/chat/sessions/{sessionId}/claim", { params })), t("claimedNow"));
  const giveBack = () =>
    run(
      () => ask(api.POST("/api/chat/sessions/{sessionId}/give-back", { params })),
      t("givenBack"),
    );
  return (
    <>
      {session.handover === "waiting" && (
        <Button loading={isBusy} onClick={() => void claim()}>
          {t("claim")}
        </Button>
      )}
      {session.handover !== "none" && (
        <Button variant="default" loading={isBusy} onClick={() => void giveBack()}>
          {t("giveBack")}
        </Button>
      )}
    </>
  );
}

/** What can be done with a conversation. */
export function ConversationActions({ session }: { session: Session }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const navigate = useNavigate();
  const mayAnswer = useRight("agents.write");
  const mayExport = useRight("users.read");
  const mayErase = useRight("users.write");
  const params = { path: { sessionId: session.id } };
  const end = async () => {
    await ask(api.POST("/api/chat/sessions/{sessionId}/end", { params }));
    await queries.invalidateQueries({ queryKey: ["conversations"] });
  };
  const erase = async () => {
    await bodyOf(api.DELETE("/api/chat/sessions/{sessionId}", { params }));
    await navigate("/conversations");
    queries.removeQueries({ queryKey: ["conversations", session.id] });
    await queries.invalidateQueries({ queryKey: ["conversations", "list"] });
  };
  const keep = () =>
    saveFile(`/api/chat/sessions/${session.id}/export`, `conversation-${session.id}.json`).catch(
      notifyProblem,
    );
  const isActive = session.status === "active";
  return (
    <>
      {isActive && mayAnswer && <Handover session={session} />}
      {isActive && session.handover === "none" && <AskForPerson session={session} />}
      {mayExport && (
        <Button variant="default" onClick={() => void keep()}>
          {t("export")}
        </Button>
      )}
      {isActive && (
        <ConfirmButton question={t("endQuestion")} explain={t("endExplain")} onConfirm={end}>
          {t("end")}
        </ConfirmButton>
      )}
      {mayErase && (
        <ConfirmButton question={t("eraseQuestion")} explain={t("eraseExplain")} onConfirm={erase}>
          {t("erase")}
        </ConfirmButton>
      )}
    </>
  );
}
