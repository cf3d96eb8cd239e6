import { NumberInput, type NumberInputProps } from "@mantine/core";
import { useWords } from "../../language";
import { ar } from "./words.ar";
import { en } from "./words.en";

interface DollarsProps extends Pick<NumberInputProps, "value" | "onChange"> {
  "data-autofocus"?: boolean;
}

/** An amount of money that has to be given. */
export function Dollars(props: DollarsProps) {
  const t = useWords({ en, ar });
  return (
    <NumberInput
      label={t("amount")}
      prefix="$"
      min={0}
      max={1_000_000}
      decimalScale={4}
      required
      {...props}
    />
  );
}
