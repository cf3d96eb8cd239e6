import {
  Button,
  CopyButton,
  Group,
  Paper,
  SimpleGrid,
  Stack,
  Switch,
  TextInput,
  Title,
} from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState, type FormEvent } from "react";
import { useSearchParams } from "react-router";
import { api, ask } from "../../api/client";
import { useWords } from "../../language";
import { PageTitle, Problem } from "../../parts";
import { BasesSelect } from "../../parts/BaseSelect";
import { Found } from "./Found";
import { bodyOfSearch, curlOf, standard, type SearchBody, type Settings } from "./settings";
import { SettingsForm } from "./SettingsForm";
import { ar } from "./words.ar";
import { en } from "./words.en";

function useSearch() {
  return useMutation({
    mutationFn: (body: SearchBody) => ask(api.POST("/api/knowledge/search", { body })),
  });
}

function CopyCurl({ body, label }: { body: SearchBody; label: string }) {
  const t = useWords({ en, ar });
  return (
    <CopyButton value={curlOf(body)}>
      {({ copied, copy }) => (
        <Button variant="default" onClick={copy}>
          {copied ? t("copied") : label}
        </Button>
      )}
    </CopyButton>
  );
}

/** Searches are tried here, with all that says why something was found; two settings side by side. */
export default function Search() {
  const t = useWords({ en, ar });
  const [address, setAddress] = useSearchParams();
  const [query, setQuery] = useState(address.get("q") ?? "");
  const [bases, setBases] = useState<string[]>(() => address.getAll("base"));
  const [first, setFirst] = useState<Settings>(standard);
  const [second, setSecond] = useState<Settings>({ ...standard, keywordWeight: 0 });
  const [areTwo, setTwo] = useState(false);
  const [bodies, setBodies] = useState<SearchBody[]>([]);
  const [wrong, setWrong] = useState<Error | null>(null);
  const left = useSearch();
  const right = useSearch();
  const { mutate: searchLeft } = left;
  const { mutate: searchRight, reset: forgetRight } = right;

  const run = useCallback(() => {
    setWrong(null);
    try {
      const wanted = [bodyOfSearch(query.trim(), bases, first)];
      if (areTwo) wanted.push(bodyOfSearch(query.trim(), bases, second));
      setBodies(wanted);
      searchLeft(wanted[0]!);
      if (wanted[1]) searchRight(wanted[1]);
      else forgetRight();
    } catch (error) {
      setWrong(error as Error);
    }
  }, [query, bases, first, second, areTwo, searchLeft, searchRight, forgetRight]);

  const hasAsked = useRef(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    hasAsked.current = true;
    const next = new URLSearchParams({ q: query.trim() });
    for (const base of bases) next.append("base", base);
    setAddress(next, { replace: true });
    run();
  };

  // A question that came with the address is asked at once.
  useEffect(() => {
    if (hasAsked.current || bases.length === 0 || !address.get("q")) return;
    hasAsked.current = true;
    run();
  }, [address, bases, run]);

  return (
    <>
      <PageTitle title={t("title")} about={t("about")} />
      <Paper withBorder radius="md" p="md" mb="lg">
        <form onSubmit={submit}>
          <Stack gap="sm">
            <BasesSelect label={t("bases")} values={bases} onChange={setBases} />
            <Group align="flex-end">
              <TextInput
                label={t("question")}
                value={query}
                onChange={(event) => setQuery(event.currentTarget.value)}
                maxLength={2000}
                required
                style={{ flex: 1 }}
              />
              <Button
                type="submit"
                loading={left.isPending || right.isPending}
                disabled={query.trim() === "" || bases.length === 0}
              >
                {t("search")}
              </Button>
            </Group>
            <SimpleGrid cols={{ base: 1, md: areTwo ? 2 : 1 }}>
              <SettingsForm
                legend={areTwo ? t("settingsA") : t("settings")}
                settings={first}
                onChange={setFirst}
              />
              {areTwo && (
                <SettingsForm legend={t("settingsB")} settings={second} onChange={setSecond} />
              )}
            </SimpleGrid>
            <Group justify="space-between">
              <Switch
                label={t("compare")}
                checked={areTwo}
                onChange={(event) => setTwo(event.currentTarget.checked)}
              />
              <Group gap="xs">
                {bodies.map((body, place) => (
                  <CopyCurl
                    key={place}
                    body={body}
                    label={bodies.length > 1 ? t("curlOf", { name: "AB"[place]! }) : t("curl")}
                  />
                ))}
              </Group>
            </Group>
            <Problem error={wrong} />
          </Stack>
        </form>
      </Paper>
      <SimpleGrid cols={{ base: 1, md: bodies.length > 1 ? 2 : 1 }}>
        <section aria-label={bodies.length > 1 ? t("resultsA") : t("results")}>
          {bodies.length > 0 && (
            <Title order={2} size="h4" mb="sm">
              {bodies.length > 1 ? t("resultsA") : t("results")}
            </Title>
          )}
          <Found results={left.data} error={left.error} isBusy={left.isPending} />
        </section>
        {bodies.length > 1 && (
          <section aria-label={t("resultsB")}>
            <Title order={2} size="h4" mb="sm">
              {t("resultsB")}
            </Title>
            <Found results={right.data} error={right.error} isBusy={right.isPending} />
          </section>
        )}
      </SimpleGrid>
    </>
  );
}
