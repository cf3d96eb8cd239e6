import { Button, Group, SimpleGrid, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "../../api/client";
import { useWords } from "../../language";
import { DialogForm, Figure, Money } from "../../parts";
import { useRight } from "../../session";
import { Dollars } from "./Dollars";
import { ar } from "./words.ar";
import { en } from "./words.en";

const balanceMs = 10_000;

/** Whose credits are shown; the user's own tenant when absent. */
interface OfTenant {
  tenant?: string;
}

function LowBalance({ tenant }: OfTenant) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const mayWrite = useRight("billing.write");
  const [isOpen, open] = useDisclosure(false);
  const [amount, setAmount] = useState<number | string>(5);
  const params = { query: { tenant_id: tenant } };
  const { data, error } = useQuery({
    queryKey: ["credits", "low-balance", tenant],
    queryFn: ({ signal }) => ask(api.GET("/api/credits/low-balance", { params, signal })),
  });
  const reload = () => queries.invalidateQueries({ queryKey: ["credits", "low-balance"] });
  const save = async () => {
    await ask(api.PUT("/api/credits/low-balance", { params, body: { amount: Number(amount) } }));
    await reload();
  };
  const remove = async () => {
    await ask(api.DELETE("/api/credits/low-balance", { params }));
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
        <Dollars value={amount} onChange={setAmount} data-autofocus />
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

/** What a tenant has now, asked for again every `everyMs`. */
export function useBalance(tenant?: string, everyMs = balanceMs) {
  return useQuery({
    queryKey: ["credits", "balance", tenant],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/credits/balance", { params: { query: { tenant_id: tenant } }, signal })),
    refetchInterval: everyMs,
  });
}

/** What there is, and below which mark somebody is told. */
export function Balance({ tenant }: OfTenant) {
  const t = useWords({ en, ar });
  const { data, error } = useBalance(tenant);
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
      <LowBalance tenant={tenant} />
    </SimpleGrid>
  );
}
