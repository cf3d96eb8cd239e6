import { Button, Checkbox, Group, Progress, Select, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, bodyOf, type Schemas } from "../../api/client";
import { useFormats, useWords } from "../../language";
import { ConfirmButton, DataTable, DialogForm, Money, Problem } from "../../parts";
import { useRight } from "../../session";
import { useNames, type Names } from "./names";
import { Dollars } from "./Dollars";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Budget = Schemas["Budget"];
type Scope = Budget["scope"];
type Period = Budget["period"];

const scopes: Scope[] = ["tenant", "agent", "key"];
const periods: Period[] = ["day", "month"];

function percentsOf(text: string): number[] {
  return text
    .split(/[,،\s]+/)
    .filter(Boolean)
    .map(Number);
}

interface FormProps {
  budget?: Budget; // what is changed; absent for a new one
  names: Names;
  onClose: () => void;
}

function BudgetForm({ budget, names, onClose }: FormProps) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const [scope, setScope] = useState<Scope>(budget?.scope ?? "tenant");
  const [subject, setSubject] = useState<string | null>(budget?.subject_id ?? null);
  const [period, setPeriod] = useState<Period>(budget?.period ?? "month");
  const [amount, setAmount] = useState<number | string>(budget?.amount ?? 10);
  const [percents, setPercents] = useState((budget?.alert_percents ?? [80, 100]).join(", "));
  const [isHard, setHard] = useState(budget?.is_hard ?? false);
  const known = scope === "agent" ? names.agents : names.keys;
  const submit = async () => {
    const limits = {
      amount: Number(amount),
      alert_percents: percentsOf(percents),
      is_hard: isHard,
    };
    if (budget !== undefined) {
      const path = { budgetId: budget.id };
      await ask(api.PUT("/api/credits/budgets/{budgetId}", { params: { path }, body: limits }));
    } else {
      const body = { ...limits, scope, period, ...(subject ? { subject_id: subject } : {}) };
      await ask(api.POST("/api/credits/budgets", { body }));
    }
    await queries.invalidateQueries({ queryKey: ["credits", "budgets"] });
  };
  return (
    <DialogForm
      title={budget ? t("editTitle") : t("newBudget")}
      isOpen
      onClose={onClose}
      submit={t("save")}
      onSubmit={submit}
      canSubmit={scope === "tenant" || subject !== null}
    >
      {budget === undefined && (
        <>
          <Select
            label={t("scope")}
            data={scopes.map((value) => ({ value, label: t(`scope.${value}`) }))}
            value={scope}
            onChange={(value) => {
              setScope(value as Scope);
              setSubject(null);
            }}
            allowDeselect={false}
          />
          {scope !== "tenant" && (
            <Select
              label={t("subject")}
              data={[...known].map(([value, label]) => ({ value, label }))}
              value={subject}
              onChange={setSubject}
              searchable
              required
            />
          )}
          <Select
            label={t("period")}
            data={periods.map((value) => ({ value, label: t(`period.${value}`) }))}
            value={period}
            onChange={(value) => setPeriod(value as Period)}
            allowDeselect={false}
          />
        </>
      )}
      <Dollars value={amount} onChange={setAmount} />
      <TextInput
        label={t("alertAt")}
        description={t("alertAtHint")}
        value={percents}
        onChange={(event) => setPercents(event.currentTarget.value)}
        dir="ltr"
      />
      <Checkbox
        label={t("hard")}
        checked={isHard}
        onChange={(event) => setHard(event.currentTarget.checked)}
      />
    </DialogForm>
  );
}

/** Limits of what may be spent in a day or month. */
export function Budgets() {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const queries = useQueryClient();
  const mayWrite = useRight("billing.write");
  const names = useNames();
  const [isAdding, adding] = useDisclosure(false);
  const [edited, setEdited] = useState<Budget | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ["credits", "budgets"],
    queryFn: ({ signal }) => ask(api.GET("/api/credits/budgets", { signal })),
  });
  const subjectOf = (budget: Budget) => {
    if (budget.subject_id === null) return t("scope.tenant");
    const known = budget.scope === "agent" ? names.agents : names.keys;
    return known.get(budget.subject_id) ?? budget.subject_id;
  };
  const remove = async (budget: Budget) => {
    const path = { budgetId: budget.id };
    await bodyOf(api.DELETE("/api/credits/budgets/{budgetId}", { params: { path } }));
    await queries.invalidateQueries({ queryKey: ["credits", "budgets"] });
  };
  if (error) return <Problem error={error} again={() => void refetch()} />;
  return (
    <>
      {mayWrite && (
        <Group justify="flex-end" mb="sm">
          <Button onClick={adding.open}>{t("newBudget")}</Button>
        </Group>
      )}
      <DataTable<Budget>
        label={t("budgets")}
        items={data?.items}
        keyOf={(budget) => budget.id}
        empty={t("noBudgets")}
        columns={[
          { key: "subject", title: t("scope"), cell: (budget) => <bdi>{subjectOf(budget)}</bdi> },
          { key: "period", title: t("period"), cell: (budget) => t(`period.${budget.period}`) },
          {
            key: "amount",
            title: t("budget"),
            isNumber: true,
            cell: (budget) => <Money dollars={budget.amount} />,
          },
          {
            key: "spent",
            title: t("spent"),
            cell: (budget) => (
              <>
                <Money dollars={budget.spent} />
                <Progress
                  value={budget.amount > 0 ? (100 * budget.spent) / budget.amount : 100}
                  color={budget.spent >= budget.amount ? "red" : "aiva"}
                  aria-label={t("spent")}
                  mt={4}
                  w={120}
                />
              </>
            ),
          },
          {
            key: "alerts",
            title: t("alertAt"),
            cell: (budget) =>
              budget.alert_percents.map((part) => formats.percent(part / 100)).join(", "),
          },
          {
            key: "hard",
            title: t("hardMark"),
            isTitleHidden: true,
            cell: (budget) => (budget.is_hard ? t("hardMark") : ""),
          },
          {
            key: "actions",
            title: t("edit"),
            isTitleHidden: true,
            cell: (budget) =>
              mayWrite && (
                <Group justify="flex-end" gap="xs" wrap="nowrap">
                  <Button
                    size="xs"
                    variant="default"
                    aria-label={t("editOf", { subject: subjectOf(budget) })}
                    onClick={() => setEdited(budget)}
                  >
                    {t("edit")}
                  </Button>
                  <ConfirmButton
                    size="xs"
                    name={t("removeOf", { subject: subjectOf(budget) })}
                    question={t("removeQuestion", { subject: subjectOf(budget) })}
                    onConfirm={() => remove(budget)}
                  >
                    {t("remove")}
                  </ConfirmButton>
                </Group>
              ),
          },
        ]}
      />
      {isAdding && <BudgetForm names={names} onClose={adding.close} />}
      {edited && <BudgetForm budget={edited} names={names} onClose={() => setEdited(null)} />}
    </>
  );
}
