import { useFormats } from "../language";

/** US dollars; small amounts with four decimals. */
export function Money({ dollars }: { dollars: number }) {
  const formats = useFormats();
  return <bdi>{formats.money(dollars)}</bdi>;
}
