import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiProblem, api, ask, type Schemas } from "../../api/client";

export type Agent = Schemas["Agent"];
export type Fields = Schemas["AgentChange"];
export type FieldName = keyof Agent & keyof Fields & string;

/** What is being changed of an agent and not saved yet. */
export interface Draft {
  agent: Agent;
  changes: Partial<Agent>;
  isChanged: boolean;
  isDisabled: boolean; // the user may only read
  error: Error | null; // of the last saving
  get: <Name extends FieldName>(name: Name) => Agent[Name];
  set: <Name extends FieldName>(name: Name, value: Agent[Name]) => void;
  wrong: (name: string) => string | undefined;
  discard: () => void;
  save: (publish?: boolean) => Promise<void>; // throws what the server refuses
}

export function useDraft(agent: Agent, mayWrite: boolean): Draft {
  const queries = useQueryClient();
  const [changes, setChanges] = useState<Partial<Agent>>({});
  const [error, setError] = useState<Error | null>(null);
  const save = async (publish = false) => {
    setError(null);
    try {
      const body = { ...changes, publish, draft_version: agent.draft_version } as Fields;
      const path = { agentId: agent.id };
      const saved = await ask(api.PUT("/api/agents/{agentId}", { params: { path }, body }));
      queries.setQueryData(["agents", agent.id], saved);
      setChanges({});
      await queries.invalidateQueries({ queryKey: ["agents"] });
    } catch (failure) {
      setError(failure as Error);
      throw failure;
    }
  };
  return {
    agent,
    changes,
    isChanged: Object.keys(changes).length > 0,
    isDisabled: !mayWrite,
    error,
    get: (name) => (name in changes ? changes[name] : agent[name]) as never,
    set: (name, value) => setChanges((before) => ({ ...before, [name]: value })),
    wrong: (name) => (error instanceof ApiProblem ? error.of(name) : undefined),
    discard: () => {
      setChanges({});
      setError(null);
    },
    save,
  };
}
