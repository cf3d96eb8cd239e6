import { Checkbox, NumberInput, SimpleGrid, TextInput } from "@mantine/core";
import { useState } from "react";
import { api, ask } from "../../api/client";
import { useWords } from "../../language";
import { DialogForm } from "../../parts";
import { useSession } from "../../session";
import { rightsOfKeys, type Permission } from "../../session/rights";
import { ar } from "./words.ar";
import { en } from "./words.en";

interface CreateProps {
  isOpen: boolean;
  onClose: () => void;
  onMade: (secret: string) => void;
}

/** Asks what a new key is for. A key cannot do more than who makes it. */
export function CreateKey({ isOpen, onClose, onMade }: CreateProps) {
  const t = useWords({ en, ar });
  const { can } = useSession();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>(["search", "chat"]);
  const [rate, setRate] = useState(0);
  const [ends, setEnds] = useState("");
  const offered = rightsOfKeys.filter(can);
  const submit = async () => {
    const made = await ask(
      api.POST("/api/keys", {
        body: {
          name,
          scopes: scopes as Permission[],
          requests_per_minute_max: rate,
          ...(ends === "" ? {} : { expires_at: new Date(ends).toISOString() }),
        },
      }),
    );
    setName("");
    onMade(made.key);
  };
  return (
    <DialogForm
      title={t("create")}
      isOpen={isOpen}
      onClose={onClose}
      submit={t("create")}
      onSubmit={submit}
      canSubmit={name.trim() !== "" && scopes.length > 0}
      size="lg"
    >
      <TextInput
        label={t("name")}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={200}
        required
        data-autofocus
      />
      <Checkbox.Group label={t("scopes")} value={scopes} onChange={setScopes} required>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" mt="xs">
          {offered.map((right) => (
            <Checkbox key={right} value={right} label={right} dir="ltr" />
          ))}
        </SimpleGrid>
      </Checkbox.Group>
      <NumberInput
        label={t("rate")}
        description={t("rateHint")}
        value={rate}
        onChange={(value) => setRate(Number(value) || 0)}
        min={0}
        max={1_000_000_000}
        allowDecimal={false}
      />
      <TextInput
        type="datetime-local"
        label={t("expiresAt")}
        description={t("expiresHint")}
        value={ends}
        onChange={(event) => setEnds(event.currentTarget.value)}
      />
    </DialogForm>
  );
}
