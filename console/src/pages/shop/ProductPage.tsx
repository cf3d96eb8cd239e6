import { Anchor, Badge, Group, SimpleGrid, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import { api, ask, type Schemas } from "../../api/client";
import { useFormats, useWords } from "../../language";
import { DataTable, Figure, PageTitle, Problem, StatusBadge, Waiting, When } from "../../parts";
import { StoredPicture } from "../../parts/StoredPicture";
import { usePrice } from "./prices";
import styles from "./shop.module.css";
import { useTenant, type Product } from "./stores";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Variant = Schemas["ProductVariant"];

function Pictures({ product }: { product: Product }) {
  const t = useWords({ en, ar });
  if (product.images.length === 0) return null;
  return (
    <SimpleGrid
      component="ul"
      cols={{ base: 2, sm: 4, lg: 6 }}
      className={styles.list}
      mb="lg"
      aria-label={t("pictures")}
    >
      {product.images.map((image) => (
        <li key={image.shopify_id}>
          {image.thumbnail_url ? (
            <StoredPicture path={image.thumbnail_url} alt={image.alt || product.title} />
          ) : (
            <StatusBadge state={image.status} text={image.error_message ?? image.status} />
          )}
        </li>
      ))}
    </SimpleGrid>
  );
}

function Variants({ product }: { product: Product }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const price = usePrice();
  return (
    <DataTable<Variant>
      label={t("variants")}
      items={product.variants}
      keyOf={(variant) => variant.id}
      columns={[
        {
          key: "title",
          title: t("variant"),
          cell: (variant) => (
            <bdi>
              {variant.options.map(({ name, value }) => `${name}: ${value}`).join(", ") ||
                variant.title}
            </bdi>
          ),
        },
        { key: "sku", title: "SKU", cell: (variant) => <bdi>{variant.sku || "–"}</bdi> },
        {
          key: "price",
          title: t("price"),
          isNumber: true,
          sortBy: (variant) => Number(variant.price),
          cell: (variant) => (
            <>
              {price.one(variant.price, variant.currency)}
              {variant.compare_at_price && (
                <Text size="xs" c="dimmed" td="line-through" component="div">
                  {price.one(variant.compare_at_price, variant.currency)}
                </Text>
              )}
            </>
          ),
        },
        {
          key: "inventory",
          title: t("inventory"),
          isNumber: true,
          cell: (variant) =>
            variant.inventory === null ? t("uncounted") : formats.number(variant.inventory),
        },
        {
          key: "available",
          title: t("state"),
          cell: (variant) => (
            <StatusBadge
              state={variant.available ? "active" : "off"}
              text={variant.available ? t("available") : t("soldOut")}
            />
          ),
        },
      ]}
    />
  );
}

/** One product with its variants and pictures. */
export default function ProductPage() {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const price = usePrice();
  const tenantId = useTenant();
  const { product: productId = "" } = useParams();
  const { data, error, refetch } = useQuery({
    queryKey: ["shop", "product", productId],
    queryFn: ({ signal }) =>
      ask(
        api.GET("/api/shopify/{tenantId}/products/{productId}", {
          params: { path: { tenantId, productId } },
          signal,
        }),
      ),
  });
  if (error) return <Problem error={error} again={() => void refetch()} />;
  if (data === undefined) return <Waiting />;
  const tags = [...data.collections.map((collection) => collection.title), ...data.tags];
  return (
    <>
      <Anchor component={Link} to={`/shop/stores/${data.store_id}?tab=products`} size="sm">
        {t("toProducts")}
      </Anchor>
      <PageTitle
        title={data.title}
        about={
          <>
            <StatusBadge state={data.status} text={t(`product.${data.status}`)} />{" "}
            <bdi>{[data.vendor, data.product_type].filter(Boolean).join(" · ")}</bdi>
          </>
        }
      />
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} mb="lg">
        <Figure title={t("price")} value={price.range(data)} />
        <Figure
          title={t("inventory")}
          value={data.inventory === null ? t("uncounted") : formats.number(data.inventory)}
          about={data.available ? t("available") : t("soldOut")}
        />
        <Figure
          title={t("rating")}
          value={
            data.rating === null ? "–" : formats.number(data.rating, { maximumFractionDigits: 1 })
          }
          about={t("ratings", { count: data.rating_count })}
        />
        <Figure
          title={t("lastSync")}
          value={<When at={data.synced_at} />}
          about={t(`vector.${data.embedding_status}`)}
        />
      </SimpleGrid>
      <Pictures product={data} />
      <Text dir="auto" mb="md" style={{ whiteSpace: "pre-wrap" }}>
        {data.description}
      </Text>
      <Group gap={4} mb="lg">
        {tags.map((tag, place) => (
          <Badge key={place} variant="light" color="gray" tt="none">
            {tag}
          </Badge>
        ))}
      </Group>
      <Title order={2} size="h4" mb="sm">
        {t("variants")}
      </Title>
      <Variants product={data} />
      {data.url && (
        <Text mt="md" size="sm">
          <Anchor href={data.url} target="_blank" rel="noopener noreferrer">
            {t("inTheShop")}
          </Anchor>
        </Text>
      )}
    </>
  );
}
