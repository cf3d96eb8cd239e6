import { Group, Paper, Table, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useMemo, useState, type ReactNode } from "react";
import type { Pages } from "../api/pages";
import { useWords } from "../language";
import styles from "./DataTable.module.css";
import { PageButtons } from "./PageButtons";
import { Problem } from "./Problem";
import { Waiting } from "./Waiting";
import { ar, en } from "./words";

export interface Column<Item> {
  key: string;
  title: string;
  cell: (item: Item) => ReactNode;
  sortBy?: (item: Item) => string | number; // of the entries on this page
  isNumber?: boolean; // stands at the end
  isTitleHidden?: boolean; // read out only
}

interface TableProps<Item> {
  label: string; // what the table lists
  columns: Column<Item>[];
  keyOf: (item: Item) => string;
  pages?: Pages<Item>; // a list with pages…
  items?: Item[]; // …or one that is whole; undefined while it is on its way
  empty?: ReactNode; // said of a list without entries…
  isNarrowed?: boolean; // …unless filters are why
  isChosen?: (item: Item) => boolean;
}

interface Order {
  key: string;
  isDown: boolean;
}

function sorted<Item>(items: Item[], columns: Column<Item>[], order: Order | null): Item[] {
  const value = columns.find((column) => column.key === order?.key)?.sortBy;
  if (order === null || value === undefined) return items;
  const way = order.isDown ? -1 : 1;
  const compare = (a: string | number, b: string | number) =>
    typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  return items.toSorted((a, b) => way * compare(value(a), value(b)));
}

function Heading<Item>(props: {
  column: Column<Item>;
  order: Order | null;
  onOrder: (order: Order) => void;
}) {
  const { column, order, onOrder } = props;
  const t = useWords({ en, ar });
  const isChosen = order?.key === column.key;
  const direction = !isChosen ? undefined : order.isDown ? "descending" : "ascending";
  const side = column.isNumber ? `${styles.heading} ${styles.end}` : styles.heading;
  if (column.sortBy === undefined)
    return (
      <Table.Th scope="col" className={side}>
        {column.isTitleHidden ? <VisuallyHidden>{column.title}</VisuallyHidden> : column.title}
      </Table.Th>
    );
  return (
    <Table.Th scope="col" className={side} aria-sort={direction}>
      <UnstyledButton
        fz="sm"
        fw={700}
        title={t("sortBy", { column: column.title })}
        onClick={() => onOrder({ key: column.key, isDown: isChosen && !order.isDown })}
      >
        {column.title}
        <span aria-hidden>{!isChosen ? " ↕" : order.isDown ? " ↓" : " ↑"}</span>
      </UnstyledButton>
    </Table.Th>
  );
}

function Turning<Item>({ pages }: { pages: Pages<Item> }) {
  const t = useWords({ en, ar });
  return (
    <Group
      justify="space-between"
      p="xs"
      component="nav"
      aria-label={t("page", { number: pages.number })}
    >
      <Text size="sm" c="dimmed" role="status">
        {t("page", { number: pages.number })}
        {pages.total !== undefined && ` · ${t("total", { count: pages.total })}`}
      </Text>
      <PageButtons pages={pages} />
    </Group>
  );
}

/** A table with its pages, its order, and what is said when it is empty, on its way or refused. */
export function DataTable<Item>(props: TableProps<Item>) {
  const { label, columns, keyOf, pages, empty, isNarrowed, isChosen } = props;
  const t = useWords({ en, ar });
  const [order, setOrder] = useState<Order | null>(null);
  const items = props.items ?? pages?.items;
  const shown = useMemo(() => sorted(items ?? [], columns, order), [items, columns, order]);
  if (pages?.error) return <Problem error={pages.error} again={pages.reload} />;
  if (items === undefined || pages?.isLoading) return <Waiting />;
  const isTurned = pages !== undefined && (pages.next ?? pages.previous) !== undefined;
  return (
    <Paper withBorder radius="md">
      <div className={styles.scroll} tabIndex={0} role="region" aria-label={label}>
        <Table verticalSpacing="xs" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <Heading key={column.key} column={column} order={order} onOrder={setOrder} />
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((item) => (
              <Table.Tr key={keyOf(item)} className={isChosen?.(item) ? styles.chosen : undefined}>
                {columns.map((column) => (
                  <Table.Td key={column.key} className={column.isNumber ? styles.end : undefined}>
                    {column.cell(item)}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {shown.length === 0 && (
        <Text p="lg" ta="center" c="dimmed" component="div">
          {isNarrowed ? t("noneFits") : (empty ?? t("empty"))}
        </Text>
      )}
      {isTurned && <Turning pages={pages} />}
    </Paper>
  );
}
