import type { Schemas } from "../../api/client";

export type Call = Schemas["Call"];

export const statuses: Call["status"][] = [
  "announced",
  "in_progress",
  "completed",
  "failed",
  "insufficient_credits",
  "expired",
];

/** Who is at the other end. */
export function otherEnd(call: Call): string {
  const number = call.direction === "inbound" ? call.caller_id : call.dialled_number;
  return call.caller_name || number || "–";
}

/** Seconds as a clock shows them: 1:05. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
