import { Anchor, Button, SimpleGrid, Tabs } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "react-router";
import { api, ask, bodyOf } from "../../api/client";
import { useFormats, useWords } from "../../language";
import {
  ConfirmButton,
  Figure,
  notifyDone,
  PageTitle,
  Problem,
  StatusBadge,
  useTab,
  Waiting,
} from "../../parts";
import { useRight } from "../../session";
import { AddFiles } from "./AddFiles";
import { Analytics } from "./Analytics";
import { BaseForm, type BaseFields } from "./BaseForm";
import { useBase, type Base } from "./bases";
import { Crawl } from "./Crawl";
import { Documents } from "./Documents";
import { Reindex } from "./Reindex";
import { Searches } from "./Searches";
import { ar } from "./words.ar";
import { en } from "./words.en";

const tabs = ["documents", "site", "analytics", "searches"] as const;
const everyMs = 5_000;

function Statistics({ base }: { base: string }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const { data, error } = useQuery({
    queryKey: ["bases", base, "stats"],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/knowledge/{kbId}/stats", { params: { path: { kbId: base } }, signal })),
    refetchInterval: everyMs,
  });
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} mb="lg">
      <Figure
        title={t("documents")}
        error={error}
        value={data && formats.number(data.total_documents)}
        about={
          data &&
          t("documentsAre", {
            completed: data.completed_documents,
            work: data.documents_in_work,
            failed: data.failed_documents,
          })
        }
      />
      <Figure
        title={t("chunks")}
        error={error}
        value={data && formats.number(data.total_chunks)}
        about={data && t("pagesRead", { count: data.total_pages })}
      />
      <Figure
        title={t("size")}
        error={error}
        value={data && formats.bytes(data.total_size_bytes)}
        about={data && t("imagesAre", { count: data.total_images })}
      />
      <Figure
        title={t("vectors")}
        error={error}
        value={data && formats.number(data.total_vectors)}
        about={
          data && <bdi>{`${data.embedding_model} · ${formats.number(data.vector_dimension)}`}</bdi>
        }
      />
    </SimpleGrid>
  );
}

function Actions({ base }: { base: Base }) {
  const t = useWords({ en, ar });
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [isEditing, editing] = useDisclosure(false);
  const path = { kbId: base.id };
  const change = async (body: BaseFields) => {
    await ask(api.PUT("/api/knowledge/{kbId}", { params: { path }, body }));
    notifyDone(t("saved"));
    await queries.invalidateQueries({ queryKey: ["bases"] });
  };
  const forget = async () => {
    const told = await ask(api.DELETE("/api/knowledge/{kbId}/cache", { params: { path } }));
    notifyDone(t("forgotten", { count: told.answers_forgotten }));
  };
  const remove = async () => {
    await bodyOf(api.DELETE("/api/knowledge/{kbId}", { params: { path } }));
    // Not asked for again before this page is left: what is gone would be a failure.
    await queries.invalidateQueries({ queryKey: ["bases"], refetchType: "none" });
    await navigate("/knowledge");
  };
  return (
    <>
      <Button component={Link} to={`/search?base=${base.id}`} variant="default">
        {t("trySearch")}
      </Button>
      <Button variant="default" onClick={editing.open}>
        {t("edit")}
      </Button>
      <ConfirmButton
        question={t("forgetQuestion")}
        explain={t("forgetExplain")}
        color="aiva"
        onConfirm={forget}
      >
        {t("forget")}
      </ConfirmButton>
      <ConfirmButton
        question={t("removeBaseQuestion")}
        explain={t("removeBaseExplain", { count: base.document_count })}
        onConfirm={remove}
      >
        {t("remove")}
      </ConfirmButton>
      <BaseForm isOpen={isEditing} base={base} onClose={editing.close} onSubmit={change} />
    </>
  );
}

/** One knowledge base: what it holds, how it is fed and how it is asked. */
export default function BasePage() {
  const t = useWords({ en, ar });
  const { base: id = "" } = useParams();
  const mayWrite = useRight("knowledge.write");
  const [tab, setTab] = useTab(tabs);
  const { data: base, error, refetch } = useBase(id);
  if (error) return <Problem error={error} again={() => void refetch()} />;
  if (base === undefined) return <Waiting />;
  return (
    <>
      <Anchor component={Link} to="/knowledge" size="sm">
        {t("toBases")}
      </Anchor>
      <PageTitle
        title={base.name}
        about={
          <>
            <StatusBadge state={base.status} text={t(`status.${base.status}`)} />{" "}
            <bdi>{base.description}</bdi>
          </>
        }
      >
        {mayWrite && <Actions base={base} />}
      </PageTitle>
      <Statistics base={id} />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="documents">{t("documents")}</Tabs.Tab>
          {mayWrite && <Tabs.Tab value="site">{t("site")}</Tabs.Tab>}
          {mayWrite && <Tabs.Tab value="analytics">{t("analytics")}</Tabs.Tab>}
          {mayWrite && <Tabs.Tab value="searches">{t("searches")}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="documents">
          {mayWrite && <AddFiles base={id} />}
          {mayWrite && <Reindex base={id} />}
          <Documents base={id} />
        </Tabs.Panel>
        <Tabs.Panel value="site">
          <Crawl base={id} />
        </Tabs.Panel>
        <Tabs.Panel value="analytics">
          <Analytics base={id} />
        </Tabs.Panel>
        <Tabs.Panel value="searches">
          <Searches base={id} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
