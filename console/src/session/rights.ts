import type { components } from "../api/schema";

export type Role = components["schemas"]["Role"];

/** What one may do; the names are those of `x-permission` in the contract. */
export type Permission =
  | "knowledge.read"
  | "knowledge.write"
  | "search"
  | "chat"
  | "agents.read"
  | "agents.write"
  | "users.read"
  | "users.write"
  | "keys.manage"
  | "audit.read"
  | "billing.read"
  | "billing.write"
  | "webhooks.manage"
  | "tenants.manage"
  | "system.read"
  | "functions.execute"
  | "stores.manage";

const client: Permission[] = ["knowledge.read", "search", "chat", "agents.read"];
const manager: Permission[] = [...client, "knowledge.write", "agents.write", "functions.execute"];
const admin: Permission[] = [
  ...manager,
  "users.read",
  "users.write",
  "keys.manage",
  "audit.read",
  "billing.read",
  "billing.write",
  "webhooks.manage",
  "stores.manage",
];

// The same as in src/capabilities/identity/types.cpp. The server decides; this only hides what it
// would refuse.
const ofRole: Record<Role, Permission[]> = {
  client,
  agent_manager: manager,
  admin,
  super_admin: [...admin, "tenants.manage", "system.read"],
};

export const roles = Object.keys(ofRole) as Role[];

/** What a key may do at most, where its maker may. */
export const rightsOfKeys: readonly Permission[] = [...admin, "system.read"];

export function rightsOf(role: Role): ReadonlySet<Permission> {
  return new Set(ofRole[role] ?? []);
}
