import { Button, Group, NumberInput, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, bodyOf, type Schemas } from "../../api/client";
import { useWords } from "../../language";
import { ConfirmButton, DataTable, DialogForm, Money, notifyDone, Problem } from "../../parts";
import { useRight } from "../../session";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Price = Schemas["ModelPrice"];

// A nano-dollar a token is a thousandth of a dollar a million tokens.
const perMillion = (nano: number) => nano / 1000;
const nanoOf = (dollars: number) => Math.round(dollars * 1000);

function SetPrice({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const [provider, setProvider] = useState("");
  const [model, setModel] = useState("");
  const [given, setGiven] = useState<Partial<Record<"input" | "cached" | "output", number>>>({});
  // What comes out of the provider's cache costs as much as the rest until it is told otherwise.
  const input = given.input ?? 0;
  const dollars = { input, cached: given.cached ?? input, output: given.output ?? 0 };
  const submit = async () => {
    const body = {
      provider,
      model,
      input_nano_usd: nanoOf(dollars.input),
      cached_nano_usd: nanoOf(dollars.cached),
      output_nano_usd: nanoOf(dollars.output),
    };
    await ask(api.PUT("/api/models/prices", { body }));
    notifyDone(t("priceSet"));
    await queries.invalidateQueries({ queryKey: ["models", "prices"] });
  };
  const amount = (part: keyof typeof dollars) => (
    <NumberInput
      label={t(part)}
      prefix="$"
      value={dollars[part]}
      onChange={(value) => setGiven({ ...given, [part]: Number(value) || 0 })}
      min={0}
      max={1_000_000}
      decimalScale={3}
    />
  );
  return (
    <DialogForm
      title={t("setPrice")}
      isOpen={isOpen}
      onClose={onClose}
      submit={t("save")}
      onSubmit={submit}
    >
      <TextInput
        label={t("provider")}
        value={provider}
        onChange={(event) => setProvider(event.currentTarget.value)}
        maxLength={200}
        dir="ltr"
        required
        data-autofocus
      />
      <TextInput
        label={t("modelBegins")}
        description={t("modelHint")}
        value={model}
        onChange={(event) => setModel(event.currentTarget.value)}
        maxLength={200}
        dir="ltr"
      />
      <Text size="sm">{t("perMillion")}</Text>
      <Group grow>
        {amount("input")}
        {amount("cached")}
        {amount("output")}
      </Group>
    </DialogForm>
  );
}

/** What models cost before the margin. */
export function Prices() {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const mayWrite = useRight("tenants.manage");
  const [isSetting, setting] = useDisclosure(false);
  const { data, error, refetch } = useQuery({
    queryKey: ["models", "prices"],
    queryFn: ({ signal }) => ask(api.GET("/api/models/prices", { signal })),
  });
  const remove = async ({ provider, model }: Price) => {
    await bodyOf(api.DELETE("/api/models/prices", { params: { query: { provider, model } } }));
    await queries.invalidateQueries({ queryKey: ["models", "prices"] });
  };
  if (error) return <Problem error={error} again={() => void refetch()} />;
  const nameOf = (price: Price) => `${price.provider || t("all")}/${price.model || t("all")}`;
  const dollars = (
    key: "input_nano_usd" | "cached_nano_usd" | "output_nano_usd",
    title: string,
  ) => ({
    key,
    title,
    isNumber: true,
    cell: (price: Price) => <Money dollars={perMillion(price[key])} />,
    sortBy: (price: Price) => price[key],
  });
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Text size="sm" c="dimmed">
          {t("perMillion")}
        </Text>
        {mayWrite && <Button onClick={setting.open}>{t("setPrice")}</Button>}
      </Group>
      <DataTable<Price>
        label={t("prices")}
        items={data?.items}
        keyOf={(price) => `${price.provider}/${price.model}`}
        columns={[
          {
            key: "provider",
            title: t("provider"),
            cell: (price) => <bdi>{price.provider || t("all")}</bdi>,
            sortBy: (price) => price.provider,
          },
          {
            key: "model",
            title: t("model"),
            cell: (price) => <bdi>{price.model || t("all")}</bdi>,
            sortBy: (price) => price.model,
          },
          dollars("input_nano_usd", t("input")),
          dollars("cached_nano_usd", t("cached")),
          dollars("output_nano_usd", t("output")),
          {
            key: "source",
            title: t("source"),
            cell: (price) => (price.is_default ? t("program") : t("operator")),
          },
          {
            key: "actions",
            title: t("removePrice"),
            isTitleHidden: true,
            cell: (price) =>
              mayWrite && !price.is_default ? (
                <ConfirmButton
                  size="xs"
                  name={t("removePriceOf", { model: nameOf(price) })}
                  question={t("removePriceQuestion", { model: nameOf(price) })}
                  onConfirm={() => remove(price)}
                >
                  {t("removePrice")}
                </ConfirmButton>
              ) : null,
          },
        ]}
      />
      <SetPrice isOpen={isSetting} onClose={setting.close} />
    </>
  );
}
