import { Button, Checkbox } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { useOnce } from "../../api/once";
import { useFormats, useWords } from "../../language";
import { DialogForm, LineInput, notifyDone } from "../../parts";
import { Dollars } from "./Dollars";
import { ar } from "./words.ar";
import { en } from "./words.en";

interface AddProps {
  tenant?: { id: string; name: string }; // the user's own when absent
}

interface DialogProps extends AddProps {
  isOpen: boolean;
  onClose: () => void;
}

/** Adds credits to a tenant. */
export function AddCreditsDialog({ tenant, isOpen, onClose }: DialogProps) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const queries = useQueryClient();
  const [amount, setAmount] = useState<number | string>(10);
  const [note, setNote] = useState("");
  const [isPromotion, setPromotion] = useState(false);
  const add = useOnce((body: Schemas["CreditRequest"], headers) =>
    ask(api.POST("/api/credits/add", { body, headers })),
  );
  const submit = async () => {
    await add({ amount: Number(amount), note, is_promotion: isPromotion, tenant_id: tenant?.id });
    notifyDone(t("added", { amount: formats.money(Number(amount)) }));
    setNote("");
    await queries.invalidateQueries({ queryKey: ["credits"] });
  };
  return (
    <DialogForm
      title={tenant === undefined ? t("add") : t("addTo", { name: tenant.name })}
      isOpen={isOpen}
      onClose={onClose}
      submit={t("add")}
      onSubmit={submit}
      canSubmit={Number(amount) > 0}
    >
      <Dollars value={amount} onChange={setAmount} data-autofocus />
      <LineInput label={t("note")} value={note} onChange={setNote} maxLength={500} />
      <Checkbox
        label={t("promotion")}
        checked={isPromotion}
        onChange={(event) => setPromotion(event.currentTarget.checked)}
      />
    </DialogForm>
  );
}

/** A button that opens the dialog. */
export function AddCredits({ tenant }: AddProps) {
  const t = useWords({ en, ar });
  const [isOpen, open] = useDisclosure(false);
  return (
    <>
      <Button onClick={open.open}>{t("add")}</Button>
      <AddCreditsDialog tenant={tenant} isOpen={isOpen} onClose={open.close} />
    </>
  );
}
