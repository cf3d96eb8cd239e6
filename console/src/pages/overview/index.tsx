import { Group, SimpleGrid, Title } from "@mantine/core";
import { useFormats, useWords } from "../../language";
import { DataTable, Figure, Money, PageTitle, Problem, StatusBadge, When } from "../../parts";
import { useRight, useUser } from "../../session";
import { usePagePath } from "../../shell/shown";
import { useBalance, useBases, useCalls, useChats, useDocuments, useReadiness } from "./figures";
import { ar } from "./words.ar";
import { en } from "./words.en";

function Server() {
  const t = useWords({ en, ar });
  const to = usePagePath();
  const { data, error } = useReadiness();
  const known = data?.status as "ready" | "not_ready" | "draining" | undefined;
  return (
    <Figure
      title={t("server")}
      to={to("health")}
      error={error}
      value={
        known && (
          <Group gap={6}>
            <StatusBadge state={known} text={t(known)} />
            {Object.entries(data!.checks)
              .filter(([, state]) => state !== "up")
              .map(([part]) => (
                <StatusBadge key={part} state="down" text={part} />
              ))}
          </Group>
        )
      }
      about={data && t("version", { version: data.version })}
    />
  );
}

function Answers() {
  const t = useWords({ en, ar });
  const to = usePagePath();
  const formats = useFormats();
  const bases = useBases();
  const documents = useDocuments(bases.data?.items);
  const found = documents.data;
  const where = found && t("inBases", { count: found.bases });
  const isPart = bases.data !== undefined && bases.data.total > bases.data.items.length;
  return (
    <>
      <Figure
        title={t("knowledge")}
        to={to("knowledge")}
        error={bases.error}
        value={bases.data && formats.number(bases.data.total)}
        about={found && t("passages", { count: found.passages })}
      />
      <Figure
        title={t("documents")}
        error={documents.error}
        value={found && formats.number(found.total)}
        about={isPart ? where : found && t("failed", { count: found.failed })}
      />
      <Figure
        title={t("documentsInWork")}
        error={documents.error}
        value={found && formats.number(found.inWork)}
        about={isPart ? where : undefined}
      />
    </>
  );
}

function Calls() {
  const t = useWords({ en, ar });
  const to = usePagePath();
  const formats = useFormats();
  const { data, error } = useCalls();
  return (
    <Figure
      title={t("activeCalls")}
      to={to("live")}
      error={error}
      value={data && formats.number(data.active)}
      about={data && t("callsOfDays", { count: data.ofWeek })}
    />
  );
}

function Credits() {
  const t = useWords({ en, ar });
  const to = usePagePath();
  const formats = useFormats();
  const { data, error } = useBalance();
  return (
    <Figure
      title={t("credits")}
      to={to("credits")}
      error={error}
      value={data && <Money dollars={data.available} />}
      about={
        data &&
        (data.is_unlimited ? t("unlimited") : t("held", { money: formats.money(data.held) }))
      }
    />
  );
}

function LatestChats({ chats }: { chats: ReturnType<typeof useChats> }) {
  const t = useWords({ en, ar });
  return (
    <>
      <Title order={2} size="h4" mt="xl" mb="sm">
        {t("recent")}
      </Title>
      <DataTable
        label={t("recent")}
        items={chats.data?.items}
        keyOf={(chat) => chat.id}
        empty={t("noChats")}
        columns={[
          {
            key: "title",
            title: t("conversation"),
            cell: (chat) => chat.title || t("untitled"),
          },
          { key: "visitor", title: t("visitor"), cell: (chat) => chat.user_name || "–" },
          {
            key: "messages",
            title: t("messages"),
            cell: (chat) => chat.message_count,
            isNumber: true,
          },
          {
            key: "state",
            title: t("state"),
            cell: (chat) => <StatusBadge state={chat.status} text={t(chat.status)} />,
          },
          { key: "changed", title: t("changed"), cell: (chat) => <When at={chat.updated_at} /> },
        ]}
      />
    </>
  );
}

export default function Overview() {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const user = useUser();
  const seesCredits = useRight("billing.read");
  const chats = useChats();
  const to = usePagePath();
  return (
    <>
      <PageTitle title={t("title")} about={t("about", { tenant: user.tenant_name })} />
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 3 }}>
        <Server />
        <Answers />
        <Figure
          title={t("activeChats")}
          to={to("conversations")}
          error={chats.error}
          value={chats.data && formats.number(chats.data.active)}
          about={chats.data && t("chats", { count: chats.data.total })}
        />
        <Calls />
        {seesCredits && <Credits />}
      </SimpleGrid>
      <Problem error={chats.error} />
      {chats.error === null && <LatestChats chats={chats} />}
    </>
  );
}
