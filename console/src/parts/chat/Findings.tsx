import { Anchor, Badge, Card, Group, List, SimpleGrid, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Schemas } from "../../api/client";
import { useWords } from "../../language";
import { JsonView } from "../JsonView";
import { StatusBadge } from "../StatusBadge";
import { StoredPicture } from "../StoredPicture";
import { ar, en } from "./words";

const thumbHeight = 110; // px

type Source = Schemas["ChatSource"];
type Call = Schemas["ChatFunctionCall"];
type Picture = Schemas["ChatImage"];
type Product = Schemas["ChatProduct"];

/** What folds open below its summary. */
function Fold({ summary, children }: { summary: string; children: ReactNode }) {
  return (
    <details style={{ marginTop: 6 }}>
      <summary style={{ cursor: "pointer" }}>
        <Text size="sm" span fw={600}>
          {summary}
        </Text>
      </summary>
      <div style={{ paddingInlineStart: 16, paddingBlock: 4 }}>{children}</div>
    </details>
  );
}

/** The passages an answer stands on. */
export function Sources({ sources }: { sources: Source[] }) {
  const t = useWords({ en, ar });
  if (sources.length === 0) return null;
  return (
    <Fold summary={t("sources", { count: sources.length })}>
      <List size="sm" spacing="xs" listStyleType="none">
        {sources.map((source) => (
          <List.Item key={source.number}>
            <Group gap={6}>
              <bdi>[{source.number}]</bdi>
              <Text span size="sm" fw={600}>
                <bdi>{source.document_name}</bdi>
              </Text>
              {source.page > 0 && <span>{t("page", { page: source.page })}</span>}
              <Badge variant="light" color={source.is_cited ? "green" : "gray"} tt="none">
                {source.is_cited ? t("cited") : t("read")}
              </Badge>
            </Group>
            <Text size="sm" c="dimmed" component="blockquote" m={0} dir="auto">
              {source.quote}
            </Text>
          </List.Item>
        ))}
      </List>
    </Fold>
  );
}

function stateOf(call: Call): "pending" | "failed" | "done" {
  if (call.is_pending) return "pending";
  return call.is_error ? "failed" : "done";
}

/** The functions that an answer called, with what they were given and told. */
export function ToolCalls({ calls }: { calls: Call[] }) {
  const t = useWords({ en, ar });
  if (calls.length === 0) return null;
  const tones = { pending: "busy", failed: "bad", done: "good" } as const;
  return (
    <Fold summary={t("tools", { count: calls.length })}>
      {calls.map((call, place) => {
        const state = stateOf(call);
        return (
          <div key={place}>
            <Group gap={6} my={4}>
              <Text span size="sm" ff="monospace">
                <bdi>{call.name}</bdi>
              </Text>
              <StatusBadge state={state} tone={tones[state]} text={t(state)} />
              <Text span size="sm" c="dimmed">
                {t("milliseconds", { ms: Math.round(call.time_ms) })}
              </Text>
            </Group>
            <JsonView
              value={call.arguments}
              label={t("arguments", { name: call.name })}
              heightMax={120}
            />
            <JsonView
              value={call.result}
              label={t("result", { name: call.name })}
              heightMax={160}
            />
          </div>
        );
      })}
    </Fold>
  );
}

function Thumb({ path, name }: { path: string; name: string }) {
  const t = useWords({ en, ar });
  if (!path.startsWith("/")) return null; // of another host, which the page may not show
  return <StoredPicture path={path} alt={t("picture", { name })} height={thumbHeight} />;
}

/** The images that came with an answer. */
export function Pictures({ images }: { images: Picture[] }) {
  const t = useWords({ en, ar });
  if (images.length === 0) return null;
  return (
    <section aria-label={t("images")}>
      <SimpleGrid cols={{ base: 2, sm: 4 }} mt="xs">
        {images.map((image) => {
          const name = (image as { filename?: string }).filename ?? image.id;
          return <Thumb key={image.id} path={image.thumbnail_url} name={name} />;
        })}
      </SimpleGrid>
    </section>
  );
}

/** The products that came with an answer, as cards. */
export function Products({ products }: { products: Product[] }) {
  const t = useWords({ en, ar });
  if (products.length === 0) return null;
  return (
    <section aria-label={t("products")}>
      <SimpleGrid cols={{ base: 1, sm: 2 }} mt="xs">
        {products.map((product) => (
          <Card key={product.id} withBorder padding="xs">
            <Thumb path={product.thumbnail_url} name={product.title} />
            <Anchor href={product.url} target="_blank" rel="noreferrer" size="sm">
              {product.title}
            </Anchor>
            <Text size="sm">
              <bdi>
                {product.price} {product.currency}
              </bdi>
              {" · "}
              {product.in_stock ? t("inStock") : t("outOfStock")}
            </Text>
          </Card>
        ))}
      </SimpleGrid>
    </section>
  );
}
