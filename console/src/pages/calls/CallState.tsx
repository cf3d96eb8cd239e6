import { useWords } from "../../language";
import { StatusBadge } from "../../parts";
import type { Call } from "./names";
import { ar } from "./words.ar";
import { en } from "./words.en";

/** How a call stands. */
export function CallState({ call }: { call: Call }) {
  const t = useWords({ en, ar });
  return <StatusBadge state={call.status} text={t(call.status)} />;
}
