import { Checkbox, Fieldset, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, ask } from "../../api/client";
import { useWords } from "../../language";
import { DialogForm } from "../../parts";
import { Bases } from "./Bases";
import { ar } from "./words.ar";
import { en } from "./words.en";
import { Written } from "./Written";

/** Asks for what a new agent needs; the rest is set on its page. */
export function CreateAgent({ onClose }: { onClose: () => void }) {
  const t = useWords({ en, ar });
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [bases, setBases] = useState<string[]>([]);
  const [instructions, setInstructions] = useState("");
  const [publish, setPublish] = useState(false);
  const create = async () => {
    const agent = await ask(
      api.POST("/api/agents", { body: { name, kb_ids: bases, instructions, publish } as never }),
    );
    await queries.invalidateQueries({ queryKey: ["agents"] });
    await navigate(`/agents/${agent.id}`);
  };
  return (
    <DialogForm
      title={t("add")}
      isOpen
      onClose={onClose}
      submit={t("create")}
      onSubmit={create}
      size="lg"
    >
      <TextInput
        label={t("name")}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={500}
        required
        data-autofocus
      />
      <Bases value={bases} onChange={setBases} />
      <Fieldset legend={t("letWrite")}>
        <Written
          about={{ name: name === "" ? undefined : name, kb_ids: bases }}
          onWritten={setInstructions}
        />
      </Fieldset>
      <Textarea
        label={t("instructions")}
        value={instructions}
        onChange={(event) => setInstructions(event.currentTarget.value)}
        autosize
        minRows={4}
        maxRows={14}
        maxLength={65536}
      />
      <Checkbox
        label={t("publishAtOnce")}
        checked={publish}
        onChange={(event) => setPublish(event.currentTarget.checked)}
      />
    </DialogForm>
  );
}
