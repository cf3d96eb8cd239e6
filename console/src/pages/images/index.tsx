import { Group, SimpleGrid, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, ask } from "../../api/client";
import { useFormats, useWords } from "../../language";
import { Figure, PageTitle, useAddress } from "../../parts";
import { BaseSelect } from "../../parts/BaseSelect";
import { useRight } from "../../session";
import { AddImages } from "./AddImages";
import { FindImages } from "./FindImages";
import { ImageGrid } from "./ImageGrid";
import { ar } from "./words.ar";
import { en } from "./words.en";

function Statistics({ base }: { base: string }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const { data, error } = useQuery({
    queryKey: ["images", base, "stats"],
    queryFn: ({ signal }) =>
      ask(
        api.GET("/api/knowledge/{kbId}/images/stats", { params: { path: { kbId: base } }, signal }),
      ),
  });
  return (
    <SimpleGrid cols={{ base: 1, xs: 3 }} mb="lg">
      <Figure
        title={t("title")}
        error={error}
        value={data && formats.number(data.total_images)}
        about={
          data && t("imagesAre", { uploaded: data.uploaded_images, figures: data.document_images })
        }
      />
      <Figure
        title={t("size")}
        error={error}
        value={data && formats.bytes(data.total_size_bytes)}
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

/** The images of a knowledge base: seen, added, found. */
export default function Images() {
  const t = useWords({ en, ar });
  const mayWrite = useRight("knowledge.write");
  const [search, change] = useAddress();
  const base = search.get("base");
  const tab = search.get("tab") === "find" ? "find" : "all";
  const go = useCallback(
    (to: Record<string, string>) =>
      change((next) => Object.entries(to).forEach(([name, value]) => next.set(name, value))),
    [change],
  );
  const choose = useCallback((chosen: string) => go({ base: chosen }), [go]);
  return (
    <>
      <PageTitle title={t("title")} about={t("about")} />
      <Group mb="lg">
        <BaseSelect label={t("base")} value={base} onChange={choose} />
      </Group>
      {base && (
        <>
          <Statistics base={base} />
          <Tabs value={tab} onChange={(name) => go({ tab: name ?? "all" })} keepMounted={false}>
            <Tabs.List mb="md">
              <Tabs.Tab value="all">{t("all")}</Tabs.Tab>
              <Tabs.Tab value="find">{t("find")}</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="all">
              {mayWrite && <AddImages base={base} />}
              <ImageGrid base={base} />
            </Tabs.Panel>
            <Tabs.Panel value="find">
              <FindImages key={base} base={base} />
            </Tabs.Panel>
          </Tabs>
        </>
      )}
    </>
  );
}
