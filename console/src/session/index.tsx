import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo, useSyncExternalStore } from "react";
import type { ReactNode } from "react";
import { api, ask, bodyOf } from "../api/client";
import { rightsOf, type Permission } from "./rights";
import { beginSession, endSession, keepUser, onSession, session, type User } from "./tokens";

export type { Permission, Role } from "./rights";
export type { User } from "./tokens";

interface Known {
  user: User | null;
  can: (right: Permission) => boolean;
  signIn: (email: string, password: string, stays: boolean) => Promise<void>;
  signOut: () => Promise<void>;
}

const Context = createContext<Known | null>(null);

/** Who is signed in, for everything below. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const kept = useSyncExternalStore(onSession, session);
  const me = useQuery({
    queryKey: ["me", kept?.user.id],
    queryFn: ({ signal }) => ask(api.GET("/api/auth/me", { signal })),
    enabled: kept !== null,
    staleTime: 60_000,
  });
  useEffect(() => {
    if (me.data) keepUser(me.data);
  }, [me.data]);
  useEffect(() => {
    if (kept === null) queries.clear();
  }, [kept, queries]);

  const user = kept?.user ?? null;
  const known = useMemo<Known>(() => {
    const rights = user === null ? new Set<Permission>() : rightsOf(user.role);
    return {
      user,
      can: (right) => rights.has(right),
      signIn: async (email, password, stays) => {
        const signed = await ask(api.POST("/api/auth/login", { body: { email, password } }));
        queries.clear();
        beginSession(signed, stays);
      },
      signOut: async () => {
        // The server may be away; this browser forgets the session anyhow.
        await bodyOf(api.POST("/api/auth/logout")).catch(() => undefined);
        endSession();
      },
    };
  }, [user, queries]);
  return <Context.Provider value={known}>{children}</Context.Provider>;
}

export function useSession(): Known {
  const known = useContext(Context);
  if (known === null) throw new Error("outside of SessionProvider");
  return known;
}

/** The user, where only signed-in people come. */
export function useUser(): User {
  const { user } = useSession();
  if (user === null) throw new Error("nobody is signed in");
  return user;
}

/** Whether the user's role has this right. */
export function useRight(right: Permission): boolean {
  return useSession().can(right);
}
