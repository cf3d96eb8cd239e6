import "@mantine/dropzone/styles.css";
import {
  Button,
  Group,
  NumberInput,
  Paper,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { Dropzone } from "@mantine/dropzone";
import { useEffect, useRef, useState, type FormEvent } from "react";
import type { Schemas } from "../../api/client";
import { upload } from "../../api/uploads";
import { useFormats, useWords } from "../../language";
import { Problem } from "../../parts";
import { ImageCard } from "./ImageCard";
import styles from "./images.module.css";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Results = Schemas["ImageResults"];

function usePreview(file: File | null): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (file === null) return setUrl(null);
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url;
}

function Found({ results }: { results: Results }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const score = (value: number) => formats.number(value, { maximumFractionDigits: 3 });
  return (
    <>
      <Text size="sm" c="dimmed" role="status">
        {t("found", { count: results.returned })} ·{" "}
        {t("searched", { count: results.images_searched })} ·{" "}
        {t("ms", { ms: formats.number(results.search_time_ms, { maximumFractionDigits: 1 }) })}
      </Text>
      <SimpleGrid
        component="ul"
        cols={{ base: 2, sm: 3, lg: 5 }}
        className={styles.grid}
        aria-label={t("results")}
      >
        {results.image_results.map((image) => {
          const { picture_similarity: picture, text_similarity: text } = image.scoring_details;
          const parts = [
            t("score", { score: score(image.score) }),
            picture === null ? "" : t("pictureScore", { score: score(picture) }),
            text === null ? "" : t("textScore", { score: score(text) }),
          ];
          return (
            <ImageCard key={image.id} image={image} note={parts.filter(Boolean).join(" · ")} />
          );
        })}
      </SimpleGrid>
    </>
  );
}

/** Finds images by words, by a picture, or by both. */
export function FindImages({ base }: { base: string }) {
  const t = useWords({ en, ar });
  const open = useRef<() => void>(null);
  const [query, setQuery] = useState("");
  const [picture, setPicture] = useState<File | null>(null);
  const [count, setCount] = useState(10);
  const [results, setResults] = useState<Results | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const preview = usePreview(picture);
  const search = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    const form = new FormData();
    if (query.trim() !== "") form.append("query", query.trim());
    if (picture !== null) form.append("image", picture, picture.name);
    form.append("top_k", String(count));
    try {
      setResults(await upload<Results>(`/api/knowledge/${base}/images/search`, form));
    } catch (failure) {
      setError(failure as Error);
      setResults(null);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Stack>
      <Paper withBorder radius="md" p="md">
        <form onSubmit={(event) => void search(event)}>
          <Stack gap="sm">
            <Group align="flex-end">
              <TextInput
                label={t("words")}
                value={query}
                onChange={(event) => setQuery(event.currentTarget.value)}
                maxLength={2000}
                style={{ flex: 1 }}
              />
              <NumberInput
                label={t("howMany")}
                value={count}
                onChange={(value) => setCount(Number(value) || 1)}
                min={1}
                max={50}
                allowDecimal={false}
                w={110}
              />
            </Group>
            <Dropzone
              openRef={open}
              onDrop={(files) => setPicture(files[0] ?? null)}
              accept={["image/*"]}
              multiple={false}
              activateOnClick={false}
              activateOnKeyboard={false}
              inputProps={{ "aria-label": t("picture") }}
            >
              <Group justify="center" mih={72}>
                {preview !== null && (
                  <img src={preview} alt={picture?.name} style={{ maxBlockSize: 96 }} />
                )}
                <Text size="sm">{picture?.name ?? t("dropPicture")}</Text>
                <Button
                  variant="default"
                  size="xs"
                  style={{ pointerEvents: "all" }}
                  onClick={() => open.current?.()}
                >
                  {t("choosePicture")}
                </Button>
                {picture !== null && (
                  <Button
                    variant="default"
                    size="xs"
                    style={{ pointerEvents: "all" }}
                    onClick={() => setPicture(null)}
                  >
                    {t("withoutPicture")}
                  </Button>
                )}
              </Group>
            </Dropzone>
            <Group>
              <Button
                type="submit"
                loading={isBusy}
                disabled={query.trim() === "" && picture === null}
              >
                {t("search")}
              </Button>
            </Group>
          </Stack>
        </form>
      </Paper>
      <Problem error={error} />
      {results && <Found results={results} />}
    </Stack>
  );
}
