import { Anchor, Text } from "@mantine/core";
import { Link } from "react-router";
import { useWords } from "../language";
import { PageTitle } from "../parts/PageTitle";
import { ar, en } from "./words";

/** Where no page is. */
export function Missing() {
  const t = useWords({ en, ar });
  return (
    <>
      <PageTitle title={t("missing")} />
      <Text mb="md">{t("missingText")}</Text>
      <Anchor component={Link} to="/">
        {t("toOverview")}
      </Anchor>
    </>
  );
}
