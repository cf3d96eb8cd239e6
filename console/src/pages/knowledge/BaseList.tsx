import { Anchor, Button, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "react-router";
import { api, ask } from "../../api/client";
import { usePages } from "../../api/pages";
import { useFormats, useWords } from "../../language";
import { DataTable, PageTitle, StatusBadge, When } from "../../parts";
import { useRight } from "../../session";
import { BaseForm, type BaseFields } from "./BaseForm";
import type { Base } from "./bases";
import { ar } from "./words.ar";
import { en } from "./words.en";

/** All knowledge bases of the tenant. */
export function BaseList() {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const mayWrite = useRight("knowledge.write");
  const [isAdding, adding] = useDisclosure(false);
  const bases = usePages<Base>(["bases"], (query, signal) =>
    ask(api.GET("/api/knowledge", { params: { query }, signal })),
  );
  const add = async (body: BaseFields) => {
    const made = await ask(api.POST("/api/knowledge", { body }));
    await queries.invalidateQueries({ queryKey: ["bases"] });
    await navigate(made.id);
  };
  return (
    <>
      <PageTitle title={t("title")} about={t("about")}>
        {mayWrite && <Button onClick={adding.open}>{t("addBase")}</Button>}
      </PageTitle>
      <DataTable
        label={t("title")}
        pages={bases}
        keyOf={(base) => base.id}
        empty={t("noBases")}
        columns={[
          {
            key: "name",
            title: t("name"),
            sortBy: (base) => base.name,
            cell: (base) => (
              <>
                <Anchor component={Link} to={base.id} fw={600}>
                  <bdi>{base.name}</bdi>
                </Anchor>
                {base.description !== "" && (
                  <Text size="xs" c="dimmed" lineClamp={2} maw={420} dir="auto">
                    {base.description}
                  </Text>
                )}
              </>
            ),
          },
          { key: "type", title: t("type"), cell: (base) => t(`type.${base.type}`) },
          {
            key: "status",
            title: t("status"),
            cell: (base) => <StatusBadge state={base.status} text={t(`status.${base.status}`)} />,
          },
          {
            key: "documents",
            title: t("documents"),
            isNumber: true,
            sortBy: (base) => base.document_count,
            cell: (base) => formats.number(base.document_count),
          },
          {
            key: "chunks",
            title: t("chunks"),
            isNumber: true,
            sortBy: (base) => base.chunk_count,
            cell: (base) => formats.number(base.chunk_count),
          },
          { key: "changed", title: t("changed"), cell: (base) => <When at={base.updated_at} /> },
        ]}
      />
      <BaseForm isOpen={isAdding} onClose={adding.close} onSubmit={add} />
    </>
  );
}
