import type { Schemas } from "../../api/client";

export type FlowFields = Partial<Schemas["FlowFields"]>;
// The contract makes every field optional, for changes; what the server tells has them.
export type Flow = Schemas["Flow"] & { name: string };
// In the editor, a step has what was written of it; what is empty is not sent.
export type Step = Partial<Schemas["FlowStep"]> & { type: Schemas["FlowStep"]["type"] };
export type Case = NonNullable<Step["cases"]>[number];
export type Choice = NonNullable<Step["choices"]>[number];
export type Completion = Partial<NonNullable<FlowFields["completion"]>>;

export const stepTypes: Step["type"][] = [
  "collect_slot",
  "confirm",
  "branch",
  "function",
  "respond",
  "transfer",
];
export const slotTypes: NonNullable<Step["slot_type"]>[] = [
  "name",
  "phone",
  "email",
  "number",
  "date",
  "time",
  "yes_no",
  "choice",
  "freeform",
];
export const operators: NonNullable<Case["operator"]>[] = [
  "equals",
  "contains",
  "exists",
  "greater",
  "less",
];

/** What a step is called, also where it has no name. */
export function nameOf(step: Step, place: number): string {
  return step.name || String(place + 1);
}

export interface Edge {
  from: number;
  to: number; // the number of steps: the end
  kind: "next" | "no" | "failure" | "case";
  label?: string;
}

/** Where steps lead. What names a step that is not there leads nowhere. */
export function edgesOf(steps: Step[]): Edge[] {
  const edges: Edge[] = [];
  const placeOf = (name: string) => steps.findIndex((step) => step.name === name);
  const lead = (from: number, name: string | undefined, kind: Edge["kind"], label?: string) => {
    const to = name ? placeOf(name) : -1;
    if (to >= 0) edges.push({ from, to, kind, label });
  };
  steps.forEach((step, place) => {
    if (step.next) lead(place, step.next, "next");
    else if (step.type !== "transfer") edges.push({ from: place, to: place + 1, kind: "next" });
    if (step.type === "confirm") lead(place, step.on_no, "no");
    lead(place, step.on_failure, "failure");
    if (step.type === "branch")
      for (const one of step.cases ?? [])
        lead(place, one.next, "case", `${one.slot} ${one.operator ?? "equals"} ${one.value ?? ""}`);
  });
  return edges;
}

/** A step as it is sent: without what was left empty. */
export function sendable(step: Step): Step {
  const kept = Object.entries(step).filter(
    ([, value]) => value !== undefined && value !== "" && value !== null,
  );
  return Object.fromEntries(kept) as Step;
}
