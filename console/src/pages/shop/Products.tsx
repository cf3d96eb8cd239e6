import {
  Anchor,
  Button,
  Checkbox,
  Grid,
  Group,
  NumberInput,
  Paper,
  ScrollArea,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { api, ask, type Schemas } from "../../api/client";
import { useFormats, useWords } from "../../language";
import { Problem, Waiting } from "../../parts";
import { BaseSelect } from "../../parts/BaseSelect";
import { StoredPicture } from "../../parts/StoredPicture";
import { usePrice } from "./prices";
import styles from "./shop.module.css";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Filters = Schemas["ProductFilters"];
type Facets = Schemas["Facets"];
type Sort = Schemas["ProductSort"];
type Hit = Schemas["ProductResult"];
type ListName = "vendors" | "product_types" | "tags" | "collections";

const sorts: Sort[] = ["relevance", "price_asc", "price_desc", "newest", "rating", "title"];
const pageProducts = 24;
const lists: ListName[] = ["product_types", "vendors", "collections", "tags"];

function useProducts(
  base: string | null,
  query: string,
  filters: Filters,
  sort: Sort,
  page: number,
) {
  return useQuery({
    queryKey: ["shop", "found", base, query, filters, sort, page],
    queryFn: ({ signal }) =>
      ask(
        api.POST("/api/v1/products/search", {
          body: {
            kb_id: base!,
            query,
            filters,
            sort,
            limit: pageProducts,
            offset: page * pageProducts,
            facets: true,
          },
          signal,
        }),
      ),
    enabled: base !== null,
    placeholderData: keepPreviousData,
  });
}

interface FacetProps {
  title: string;
  values: Facets["vendors"];
  chosen: string[];
  onChange: (chosen: string[]) => void;
}

function Facet({ title, values, chosen, onChange }: FacetProps) {
  const formats = useFormats();
  if (values.length === 0 && chosen.length === 0) return null;
  return (
    <Checkbox.Group label={title} value={chosen} onChange={onChange}>
      <ScrollArea.Autosize
        mah={180}
        viewportProps={{ tabIndex: 0, "aria-label": title, role: "group" }}
      >
        <Stack gap={8} mt={4}>
          {values.map(({ value, count }) => (
            <Checkbox
              key={value}
              size="sm"
              value={value}
              label={
                <>
                  <bdi>{value}</bdi> ({formats.number(count)})
                </>
              }
            />
          ))}
        </Stack>
      </ScrollArea.Autosize>
    </Checkbox.Group>
  );
}

interface FacetsProps {
  facets: Facets | null;
  filters: Filters;
  onChange: (filters: Filters) => void;
}

function FacetsShown({ facets, filters, onChange }: FacetsProps) {
  const t = useWords({ en, ar });
  const some = (values: string[]) => (values.length > 0 ? values : undefined);
  const price = (value: string | number) => (value === "" ? undefined : String(value));
  const optionsWith = (name: string, values: string[]) => {
    const options = { ...filters.options, [name]: values };
    if (values.length === 0) delete options[name];
    return Object.keys(options).length > 0 ? options : undefined;
  };
  return (
    <Paper withBorder radius="md" p="sm" component="section" aria-label={t("filters")}>
      <Stack gap="sm">
        <Group grow>
          <NumberInput
            label={t("priceMin")}
            placeholder={facets?.price_min ?? ""}
            value={filters.price_min ?? ""}
            onChange={(value) => onChange({ ...filters, price_min: price(value) })}
            min={0}
          />
          <NumberInput
            label={t("priceMax")}
            placeholder={facets?.price_max ?? ""}
            value={filters.price_max ?? ""}
            onChange={(value) => onChange({ ...filters, price_max: price(value) })}
            min={0}
          />
        </Group>
        <Checkbox
          label={t("onlyInStock")}
          checked={filters.in_stock === true}
          onChange={(event) =>
            onChange({ ...filters, in_stock: event.currentTarget.checked || undefined })
          }
        />
        <Checkbox
          label={t("onlyOnSale")}
          checked={filters.on_sale === true}
          onChange={(event) =>
            onChange({ ...filters, on_sale: event.currentTarget.checked || undefined })
          }
        />
        {facets &&
          lists.map((name) => (
            <Facet
              key={name}
              title={t(`facet.${name}`)}
              values={facets[name]}
              chosen={filters[name] ?? []}
              onChange={(values) => onChange({ ...filters, [name]: some(values) })}
            />
          ))}
        {facets?.options.map(({ name, values }) => (
          <Facet
            key={name}
            title={name}
            values={values}
            chosen={[filters.options?.[name] ?? []].flat()}
            onChange={(chosen) => onChange({ ...filters, options: optionsWith(name, chosen) })}
          />
        ))}
        <Button size="xs" variant="default" onClick={() => onChange({})}>
          {t("noFilters")}
        </Button>
      </Stack>
    </Paper>
  );
}

function ProductCard({ hit }: { hit: Hit }) {
  const t = useWords({ en, ar });
  const price = usePrice();
  const { product } = hit;
  const picture =
    hit.thumbnail_url ?? product.images.find((image) => image.thumbnail_url)?.thumbnail_url;
  return (
    <Paper component="li" withBorder radius="md" p="xs">
      {picture ? (
        <StoredPicture path={picture} alt={product.title} height={140} />
      ) : (
        <div className={styles.noPicture} aria-hidden />
      )}
      <Anchor component={Link} to={`/shop/products/${product.id}`} size="sm" fw={600}>
        <bdi>{product.title}</bdi>
      </Anchor>
      <Text size="sm">{price.range(product)}</Text>
      <Text size="xs" c="dimmed">
        <bdi>{product.vendor}</bdi> · {product.available ? t("available") : t("soldOut")}
      </Text>
    </Paper>
  );
}

/** Finds products by words, facets and filters: in one knowledge base, or in one of one's choice. */
export function Products({ base: given }: { base?: string }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const [chosen, setChosen] = useState<string | null>(null);
  const base = given ?? chosen;
  const [text, setText] = useState("");
  const [query] = useDebouncedValue(text.trim(), 300);
  const [filters, setFilters] = useState<Filters>({});
  const [sort, setSort] = useState<Sort>("relevance");
  const [page, setPage] = useState(0);
  const { data, error, refetch, isLoading } = useProducts(base, query, filters, sort, page);
  const last = data ? Math.max(0, Math.ceil(data.total_found / pageProducts) - 1) : 0;
  const filter = (next: Filters) => {
    setFilters(next);
    setPage(0);
  };
  return (
    <>
      <Group mb="md" align="flex-end">
        {given === undefined && (
          <BaseSelect label={t("base")} value={chosen} onChange={setChosen} />
        )}
        <TextInput
          label={t("words")}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setPage(0);
          }}
          maxLength={2000}
          style={{ flex: 1 }}
        />
        <Select
          label={t("sort")}
          data={sorts.map((value) => ({ value, label: t(`sort.${value}`) }))}
          value={sort}
          onChange={(value) => setSort(value as Sort)}
          allowDeselect={false}
        />
      </Group>
      <Problem error={error} again={() => void refetch()} />
      {isLoading && <Waiting />}
      <Grid>
        <Grid.Col span={{ base: 12, md: 3 }}>
          <FacetsShown facets={data?.facets ?? null} filters={filters} onChange={filter} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 9 }}>
          {data && (
            <>
              <Text fw={600} mb="xs" role="status">
                {t("found", { count: data.total_found })} ·{" "}
                {t("ms", {
                  ms: formats.number(data.search_time_ms, { maximumFractionDigits: 1 }),
                })}
              </Text>
              {data.corrected_query && (
                <Text size="sm">{t("corrected", { query: data.corrected_query })}</Text>
              )}
              <SimpleGrid
                component="ul"
                cols={{ base: 1, xs: 2, lg: 4 }}
                className={styles.list}
                aria-label={t("products")}
              >
                {data.product_results.map((hit) => (
                  <ProductCard key={hit.result_id} hit={hit} />
                ))}
              </SimpleGrid>
              <Group justify="flex-end" mt="sm" gap="xs">
                <Button
                  size="xs"
                  variant="default"
                  disabled={page === 0}
                  onClick={() => setPage(page - 1)}
                >
                  {t("previous")}
                </Button>
                <Button
                  size="xs"
                  variant="default"
                  disabled={page >= last}
                  onClick={() => setPage(page + 1)}
                >
                  {t("next")}
                </Button>
              </Group>
            </>
          )}
        </Grid.Col>
      </Grid>
    </>
  );
}
