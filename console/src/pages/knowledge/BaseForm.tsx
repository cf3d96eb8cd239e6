import { NumberInput, Select, Switch, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { useWords } from "../../language";
import { DialogForm } from "../../parts";
import type { Base } from "./bases";
import { ChunkPreview } from "./ChunkPreview";
import { ar } from "./words.ar";
import { en } from "./words.en";

export type BaseFields = Required<Pick<Schemas["NewKnowledgeBase"], "name">> &
  Schemas["KnowledgeBaseChange"];

const types: Schemas["KnowledgeBaseType"][] = [
  "general",
  "documentation",
  "faq",
  "product_catalog",
];

interface FormProps {
  isOpen: boolean;
  base?: Base; // what is changed; absent for a new one
  onClose: () => void;
  onSubmit: (fields: BaseFields) => Promise<unknown>;
}

/** How a document is cut: along its structure, or by so many characters. */
export interface Cut {
  size: number | null; // null: along the structure
  overlap: number;
}

function settingsWith(base: Base | undefined, cut: Cut): Schemas["KnowledgeBaseSettings"] {
  const rest: Record<string, unknown> = { ...base?.settings };
  delete rest["chunk_size"];
  delete rest["chunk_overlap"];
  if (cut.size === null) return rest;
  return { ...rest, chunk_size: cut.size, chunk_overlap: cut.overlap };
}

function Fields({ base, onClose, onSubmit, isOpen }: FormProps) {
  const t = useWords({ en, ar });
  const [name, setName] = useState(base?.name ?? "");
  const [description, setDescription] = useState(base?.description ?? "");
  const [type, setType] = useState(base?.type ?? "general");
  const [isActive, setActive] = useState(base?.status !== "inactive");
  const [cut, setCut] = useState<Cut>({
    size: base?.settings.chunk_size ?? null,
    overlap: base?.settings.chunk_overlap ?? 0,
  });
  const submit = () =>
    onSubmit({
      name,
      description,
      type,
      settings: settingsWith(base, cut),
      ...(base && isActive === (base.status === "inactive")
        ? { status: isActive ? "active" : "inactive" }
        : {}),
    });
  return (
    <DialogForm
      title={base ? t("editBase") : t("addBase")}
      isOpen={isOpen}
      onClose={onClose}
      submit={base ? t("save") : t("create")}
      onSubmit={submit}
      size={base ? "xl" : "md"}
    >
      <TextInput
        label={t("name")}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={255}
        required
        data-autofocus
      />
      <Textarea
        label={t("description")}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
        maxLength={5000}
        autosize
        minRows={2}
      />
      <Select
        label={t("type")}
        data={types.map((value) => ({ value, label: t(`type.${value}`) }))}
        value={type}
        onChange={(value) => setType(value as Schemas["KnowledgeBaseType"])}
        allowDeselect={false}
      />
      {base && (
        <Switch
          label={t("isActive")}
          checked={isActive}
          onChange={(event) => setActive(event.currentTarget.checked)}
        />
      )}
      <Switch
        label={t("alongStructure")}
        description={t("alongStructureHint")}
        checked={cut.size === null}
        onChange={(event) =>
          setCut({ size: event.currentTarget.checked ? null : 1000, overlap: 0 })
        }
      />
      {cut.size !== null && (
        <>
          <NumberInput
            label={t("chunkSize")}
            value={cut.size}
            onChange={(value) => setCut({ ...cut, size: Number(value) || 0 })}
            min={100}
            max={8000}
            step={100}
            allowDecimal={false}
          />
          <NumberInput
            label={t("chunkOverlap")}
            value={cut.overlap}
            onChange={(value) => setCut({ ...cut, overlap: Number(value) || 0 })}
            min={0}
            max={Math.max(0, cut.size - 1)}
            step={50}
            allowDecimal={false}
          />
        </>
      )}
      {base && <ChunkPreview base={base} cut={cut} />}
    </DialogForm>
  );
}

/** Asks for a knowledge base's name and how its documents are cut. */
export function BaseForm(props: FormProps) {
  return <Fields key={`${props.base?.id}${props.isOpen}`} {...props} />;
}
