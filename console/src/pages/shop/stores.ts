import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ask, fetchRaw, type Schemas } from "../../api/client";
import { useUser } from "../../session";

export type Store = Schemas["Store"];
export type Job = Schemas["Sync"];
export type Product = Schemas["Product"];

export const productStates: Schemas["ProductState"][] = ["active", "draft", "archived"];

/** The tenant whose shops are looked at. */
export function useTenant(): string {
  return useUser().tenant_id;
}

/** Asks for everything of the shops again. */
export function useReloadShop(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ["shop"] });
}

export function useStores() {
  const tenantId = useTenant();
  return useQuery({
    queryKey: ["shop", "stores"],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/shopify/{tenantId}/stores", { params: { path: { tenantId } }, signal })),
  });
}

export function useStore(storeId: string) {
  const tenantId = useTenant();
  return useQuery({
    queryKey: ["shop", "stores", storeId],
    queryFn: ({ signal }) =>
      ask(
        api.GET("/api/shopify/{tenantId}/stores/{storeId}", {
          params: { path: { tenantId, storeId } },
          signal,
        }),
      ),
  });
}

export function isAtWork(job: { status: Job["status"] }): boolean {
  return job.status === "pending" || job.status === "processing";
}

/** What a shop is called, however little is known of it. */
export function nameOf(store: Store): string {
  return store.name || store.address || store.id;
}

/** Gives a feed its list of products. Throws an ApiProblem. */
export async function sendFeed(tenantId: string, storeId: string, file: File): Promise<void> {
  const isJson = file.type === "application/json" || file.name.endsWith(".json");
  await fetchRaw(`/api/shopify/${tenantId}/stores/${storeId}/feed`, {
    method: "PUT",
    headers: { "Content-Type": isJson ? "application/json" : "text/csv" },
    body: file,
  });
}

/** Where the owner of a shop agrees. Throws an ApiProblem. */
export async function consentOf(tenantId: string, storeId: string): Promise<string> {
  const told = await ask(
    api.POST("/api/shopify/{tenantId}/stores/{storeId}/oauth", {
      params: { path: { tenantId, storeId } },
    }),
  );
  return told.url;
}
