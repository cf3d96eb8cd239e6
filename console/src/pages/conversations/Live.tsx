import { Badge } from "@mantine/core";
import { useWords } from "../../language";
import { ar } from "./words.ar";
import { en } from "./words.en";

/** Says that what stands beside it is kept up to date, or that it cannot be at the moment. */
export function Live({ isFailing }: { isFailing: boolean }) {
  const t = useWords({ en, ar });
  return (
    <Badge color={isFailing ? "red" : "green"} variant="light" tt="none" role="status">
      <span aria-hidden>● </span>
      {isFailing ? t("notLive") : t("live")}
    </Badge>
  );
}
