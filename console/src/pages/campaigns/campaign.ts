import type { Schemas } from "../../api/client";

// The contract makes every field optional, for changes; what the server tells has them.
export type Campaign = Schemas["Campaign"] & { name: string; agent_id: string };
export type CampaignFields = Partial<Schemas["CampaignFields"]>;
export type Window = NonNullable<CampaignFields["windows"]>[number];

export const statuses: Campaign["status"][] = [
  "draft",
  "running",
  "paused",
  "finished",
  "cancelled",
];
export const days: Window["days"] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
export const outcomes = [
  "busy",
  "no_answer",
  "rejected",
  "unreachable",
  "failed",
  "machine",
] as const;
