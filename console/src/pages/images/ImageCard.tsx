import { Badge, Group, Modal, Paper, Stack, Text, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, bodyOf, type Schemas } from "../../api/client";
import { useFormats, useWords } from "../../language";
import { ConfirmButton, CopyText, JsonView, When } from "../../parts";
import { StoredPicture } from "../../parts/StoredPicture";
import { useRight } from "../../session";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Image = Schemas["Image"];

/** What an image shows, in words. */
function altOf(image: Image): string {
  return image.description || image.filename;
}

function Details({ image, onGone }: { image: Image; onGone: () => void }) {
  const t = useWords({ en, ar });
  const formats = useFormats();
  const queries = useQueryClient();
  const mayWrite = useRight("knowledge.write");
  const remove = async () => {
    const path = { kbId: image.kb_id, imageId: image.id };
    await bodyOf(api.DELETE("/api/knowledge/{kbId}/images/{imageId}", { params: { path } }));
    onGone();
    await queries.invalidateQueries({ queryKey: ["images"] });
  };
  return (
    <Stack gap="sm">
      <StoredPicture path={image.url} alt={altOf(image)} height={360} />
      {image.description !== "" && <Text dir="auto">{image.description}</Text>}
      {image.ocr_text !== "" && (
        <Text size="sm" dir="auto">
          {t("print")}: {image.ocr_text}
        </Text>
      )}
      {image.labels.length > 0 && (
        <Group gap={4} aria-label={t("labels")} role="group">
          {image.labels.map((label) => (
            <Badge key={label.name} variant="light" tt="none">
              {label.name} {formats.percent(label.score)}
            </Badge>
          ))}
        </Group>
      )}
      <Text size="sm">
        <bdi>{`${image.width} × ${image.height} · ${image.type}`}</bdi> ·{" "}
        {formats.bytes(image.size_bytes)} · <When at={image.created_at} />
      </Text>
      {image.document_id && (
        <Text size="sm">
          <Link
            to={`/knowledge/${image.kb_id}/documents/${image.document_id}?page=${image.page_number ?? 1}`}
          >
            {t("fromDocument", { page: image.page_number ?? 1 })}
          </Link>
        </Text>
      )}
      <CopyText text={image.id} />
      {Object.keys(image.metadata).length > 0 && (
        <JsonView value={image.metadata} label={t("metadata")} />
      )}
      {mayWrite && (
        <Group justify="flex-end">
          <ConfirmButton
            question={t("removeQuestion")}
            explain={t("removeExplain")}
            onConfirm={remove}
          >
            {t("remove")}
          </ConfirmButton>
        </Group>
      )}
    </Stack>
  );
}

/** An image as a card; opened it tells everything of it. `note` says why it was found. */
export function ImageCard({ image, note }: { image: Image; note?: string }) {
  const t = useWords({ en, ar });
  const [isOpen, open] = useDisclosure(false);
  return (
    <Paper component="li" withBorder radius="md" p="xs">
      <UnstyledButton
        onClick={open.open}
        w="100%"
        aria-label={t("openOf", { name: image.filename })}
      >
        <StoredPicture path={image.thumbnail_url} alt={altOf(image)} />
        <Text size="sm" fw={600} mt={6} truncate>
          <bdi>{image.filename}</bdi>
        </Text>
      </UnstyledButton>
      <Text size="xs" c="dimmed" lineClamp={2} dir="auto">
        {note ?? (image.description || image.labels[0]?.name || "–")}
      </Text>
      <Modal opened={isOpen} onClose={open.close} title={<bdi>{image.filename}</bdi>} size="lg">
        <Details image={image} onGone={open.close} />
      </Modal>
    </Paper>
  );
}
