import { Button, Checkbox, Group, NumberInput, SimpleGrid, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "../../api/client";
import { useFormats, useWords } from "../../language";
import { DialogForm, Figure, Money, notifyDone } from "../../parts";
import { useRight } from "../../session";
import { ar } from "./words.ar";
import { en } from "./words.en";

const everyMs = 10_000;

/** Adds credits to the user's own tenant. */
export function AddCredits() {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const queries = useQueryClient();
  const [isOpen, open] = useDisclosure(false);
  const [amount, setAmount] = useState<number | string>(10);
  const [note, setNote] = useState("");
  const [isPromotion, setPromotion] = useState(false);
  const submit = async () => {
    const body = { amount: Number(amount), note, is_promotion: isPromotion };
    await ask(api.POST("/api/credits/add", { body }));
    notifyDone(t("added", { amount: formats.money(Number(amount)) }));
    setNote("");
    await queries.invalidateQueries({ queryKey: ["credits"] });
  };
  return (
    <>
      <Button onClick={open.open}>{t("add")}</Button>
      <DialogForm
        title={t("add")}
        isOpen={isOpen}
        onClose={open.close}
        submit={t("add")}
        onSubmit={submit}
      >
        <NumberInput
          label={t("amount")}
          prefix="$"
          value={amount}
          onChange={setAmount}
          min={0}
          max={1_000_000}
          decimalScale={4}
          required
          data-autofocus
        />
        <TextInput
          label={t("note")}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          maxLength={500}
        />
        <Checkbox
          label={t("promotion")}
          checked={isPromotion}
          onChange={(event) => setPromotion(event.currentTarget.checked)}
        />
      </DialogForm>
    </>
  );
}

function LowBalance() {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const mayWrite = useRight("billing.write");
  const [isOpen, open] = useDisclosure(false);
  const [amount, setAmount] = useState<number | string>(5);
  const { data, error } = useQuery({
    queryKey: ["credits", "low-balance"],
    queryFn: ({ signal }) => ask(api.GET("/api/credits/low-balance", { signal })),
  });
  const reload = () => queries.invalidateQueries({ queryKey: ["credits", "low-balance"] });
  const save = async () => {
    await ask(api.PUT("/api/credits/low-balance", { body: { amount: Number(amount) } }));
    await reload();
  };
  const remove = async () => {
    await ask(api.DELETE("/api/credits/low-balance"));
    open.close();
    await reload();
  };
  return (
    <>
      <Figure
        title={t("low")}
        error={error}
        value={data && (data.amount === null ? t("lowNone") : <Money dollars={data.amount} />)}
        about={
          mayWrite && (
            <Button size="compact-sm" variant="default" onClick={open.open}>
              {t("lowSet")}
            </Button>
          )
        }
      />
      <DialogForm
        title={t("lowSet")}
        isOpen={isOpen}
        onClose={open.close}
        submit={t("save")}
        onSubmit={save}
      >
        <Text size="sm">{t("lowAbout")}</Text>
        <NumberInput
          label={t("amount")}
          prefix="$"
          value={amount}
          onChange={setAmount}
          min={0}
          max={1_000_000}
          decimalScale={4}
          required
          data-autofocus
        />
        {data?.amount !== null && (
          <Group>
            <Button variant="default" onClick={() => void remove()}>
              {t("lowRemove")}
            </Button>
          </Group>
        )}
      </DialogForm>
    </>
  );
}

/** What there is, and below which mark somebody is told. */
export function Balance() {
  const t = useWords({ en, ar });
  const { data, error } = useQuery({
    queryKey: ["credits", "balance"],
    queryFn: ({ signal }) => ask(api.GET("/api/credits/balance", { signal })),
    refetchInterval: everyMs,
  });
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, lg: 3 }} mb="lg">
      <Figure
        title={t("available")}
        error={error}
        value={data && <Money dollars={data.available} />}
        about={data?.is_unlimited ? t("unlimited") : undefined}
      />
      <Figure
        title={t("balance")}
        error={error}
        value={data && <Money dollars={data.balance} />}
        about={
          data && (
            <>
              <Money dollars={data.held} /> {t("held")}
            </>
          )
        }
      />
      <LowBalance />
    </SimpleGrid>
  );
}
