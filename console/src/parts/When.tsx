import { useFormats } from "../language";

/** An instant (ISO 8601) in the user's own way of writing and time zone; a dash for none. */
export function When({ at }: { at: string | null | undefined }) {
  const formats = useFormats();
  if (!at || Number.isNaN(Date.parse(at))) return <>–</>;
  return (
    <time dateTime={at} title={at} style={{ whiteSpace: "nowrap" }}>
      {formats.instant(at)}
    </time>
  );
}
