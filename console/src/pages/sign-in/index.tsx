import {
  Button,
  Center,
  Checkbox,
  Group,
  Paper,
  PasswordInput,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useWords } from "../../language";
import { PageTitle } from "../../parts/PageTitle";
import { Problem } from "../../parts/Problem";
import { useSession } from "../../session";
import { LanguageMenu, ThemeMenu } from "../../shell/Preferences";
import { ar } from "./words.ar";
import { en } from "./words.en";

export default function SignIn() {
  const t = useWords({ en, ar });
  const { signIn } = useSession();
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setError(null);
    try {
      await signIn(
        String(form.get("email")),
        String(form.get("password")),
        form.get("stay") !== null,
      );
    } catch (failure) {
      setError(failure as Error);
      setBusy(false);
    }
  };

  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder p="xl" w="100%" maw={400} radius="lg">
        <Group justify="space-between" mb="md">
          <Text fw={800} size="lg">
            AIVA
          </Text>
          <Group gap={4}>
            <LanguageMenu />
            <ThemeMenu />
          </Group>
        </Group>
        <PageTitle title={t("title")} />
        <form onSubmit={(event) => void submit(event)}>
          <Stack>
            <TextInput
              label={t("email")}
              name="email"
              type="email"
              autoComplete="username"
              dir="ltr"
              required
              withAsterisk={false}
            />
            <PasswordInput
              label={t("password")}
              name="password"
              autoComplete="current-password"
              dir="ltr"
              required
              withAsterisk={false}
            />
            <Checkbox label={t("stay")} name="stay" />
            <Problem error={error} />
            <Button type="submit" loading={isBusy}>
              {t("submit")}
            </Button>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}
