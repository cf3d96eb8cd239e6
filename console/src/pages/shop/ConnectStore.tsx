import {
  Anchor,
  Button,
  FileInput,
  Group,
  Modal,
  NumberInput,
  PasswordInput,
  Radio,
  Stack,
  Switch,
  Text,
  TextInput,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, ask } from "../../api/client";
import { useWords } from "../../language";
import { DialogForm } from "../../parts";
import { BaseSelect } from "../../parts/BaseSelect";
import { consentOf, sendFeed, useReloadShop, useTenant } from "./stores";
import { ar } from "./words.ar";
import { en } from "./words.en";

type Way = "token" | "consent" | "url" | "file";

/** Where the owner of a shop has to go to agree. */
export function Consent({ url, onClose }: { url: string | null; onClose: () => void }) {
  const t = useWords({ en, ar });
  return (
    <Modal opened={url !== null} onClose={onClose} title={t("consent")}>
      <Stack>
        <Text size="sm">{t("consentExplain")}</Text>
        <Anchor href={url ?? ""} target="_blank" rel="noopener noreferrer">
          {t("goToShopify")}
        </Anchor>
      </Stack>
    </Modal>
  );
}

function ShopifyFields(props: {
  way: Way;
  address: string;
  token: string;
  secret: string;
  onChange: (change: { address?: string; token?: string; secret?: string }) => void;
}) {
  const { way, address, token, secret, onChange } = props;
  const t = useWords({ en, ar });
  return (
    <>
      <TextInput
        label={t("shopAddress")}
        placeholder="lamps.myshopify.com"
        dir="ltr"
        value={address}
        onChange={(event) => onChange({ address: event.currentTarget.value })}
        maxLength={2000}
        required
      />
      {way === "token" && (
        <>
          <PasswordInput
            label={t("token")}
            description={t("tokenHint")}
            value={token}
            onChange={(event) => onChange({ token: event.currentTarget.value })}
            maxLength={500}
            autoComplete="off"
            visibilityToggleButtonProps={{ "aria-label": t("showToken") }}
            required
          />
          <PasswordInput
            label={t("appSecret")}
            description={t("appSecretHint")}
            value={secret}
            onChange={(event) => onChange({ secret: event.currentTarget.value })}
            maxLength={500}
            autoComplete="off"
            visibilityToggleButtonProps={{ "aria-label": t("showToken") }}
          />
        </>
      )}
    </>
  );
}

/** Connects a shop of Shopify or a list of products with a knowledge base. */
export function ConnectStore() {
  const t = useWords({ en, ar });
  const tenantId = useTenant();
  const navigate = useNavigate();
  const reload = useReloadShop();
  const [isOpen, open] = useDisclosure(false);
  const [way, setWay] = useState<Way>("token");
  const [base, setBase] = useState<string | null>(null);
  const [fields, setFields] = useState({ address: "", token: "", secret: "" });
  const [file, setFile] = useState<File | null>(null);
  const [isAuto, setAuto] = useState(true);
  const [minutes, setMinutes] = useState(1440);
  const [consent, setConsent] = useState<string | null>(null);
  const isShopify = way === "token" || way === "consent";
  const submit = async () => {
    const store = await ask(
      api.POST("/api/shopify/{tenantId}/stores", {
        params: { path: { tenantId } },
        body: {
          kb_id: base!,
          kind: isShopify ? "shopify" : "feed",
          uses_rest: false,
          address: way === "file" ? "" : fields.address.trim(),
          ...(way === "token" ? { token: fields.token, app_secret: fields.secret } : {}),
          auto_sync: isAuto,
          interval_minutes: minutes,
        },
      }),
    );
    setFields({ address: "", token: "", secret: "" });
    if (way === "file" && file !== null) await sendFeed(tenantId, store.id, file);
    await reload();
    if (way === "consent") setConsent(await consentOf(tenantId, store.id));
    else await navigate(`stores/${store.id}`);
  };
  return (
    <>
      <Button onClick={open.open}>{t("connect")}</Button>
      <DialogForm
        title={t("connect")}
        isOpen={isOpen}
        onClose={open.close}
        submit={t("connectNow")}
        onSubmit={submit}
        canSubmit={base !== null && (way !== "file" || file !== null)}
        size="lg"
      >
        <Radio.Group label={t("way")} value={way} onChange={(value) => setWay(value as Way)}>
          <Group mt="xs" gap="md">
            {(["token", "consent", "url", "file"] as const).map((value) => (
              <Radio key={value} value={value} label={t(`way.${value}`)} />
            ))}
          </Group>
        </Radio.Group>
        <BaseSelect label={t("base")} value={base} onChange={setBase} />
        {isShopify && (
          <ShopifyFields
            way={way}
            {...fields}
            onChange={(change) => setFields((before) => ({ ...before, ...change }))}
          />
        )}
        {way === "url" && (
          <TextInput
            label={t("feedAddress")}
            description={t("feedHint")}
            type="url"
            dir="ltr"
            value={fields.address}
            onChange={(event) => setFields({ ...fields, address: event.currentTarget.value })}
            maxLength={2000}
            required
          />
        )}
        {way === "file" && (
          <FileInput
            label={t("feedFile")}
            description={t("feedHint")}
            accept=".csv,.json,text/csv,application/json"
            value={file}
            onChange={setFile}
            required
          />
        )}
        <Switch
          label={t("autoSync")}
          checked={isAuto}
          onChange={(event) => setAuto(event.currentTarget.checked)}
        />
        {isAuto && (
          <NumberInput
            label={t("interval")}
            value={minutes}
            onChange={(value) => setMinutes(Number(value) || 5)}
            min={5}
            max={43_200}
            allowDecimal={false}
          />
        )}
      </DialogForm>
      <Consent url={consent} onClose={() => setConsent(null)} />
    </>
  );
}
