// The shop itself: what it is called, where it is, in which currency and zone it lives.
import { Store } from "./store.mjs";

// The newest versions published; what is older falls forward to the first of them.
const versions = ["2025-10", "2026-01", "2026-04", "2026-07"];

export const makeShop = (options, clock) => ({
  kind: "Shop",
  id: 61_234_567_890,
  name: options.name ?? "Emulated Shop",
  email: "shop@example.com",
  domain: options.domain ?? "aiva-test.myshopify.com",
  handle: (options.domain ?? "aiva-test.myshopify.com").split(".")[0],
  currency: options.currency ?? "USD",
  timezone: "America/Bogota",
  offset: "-0500",
  offset_minutes: -300,
  plan: options.plan ?? "standard",
  createdAt: Date.UTC(2023, 4, 17),
  metafields: [],
  searchLag_ms: 0,
  clientId: options.clientId ?? "test-client-id",
  versions: options.versions ?? versions,
  clock,
  store: new Store(clock),
  origin: null,
  get version() {
    return this.versions.at(-1);
  },
  imageUrl(image, width) {
    const size = width ? `&width=${width}` : "";
    const version = Math.floor(image.updatedAt / 1000);
    return `${this.origin}/cdn/shop/files/${image.id}.${image.format}?v=${version}${size}`;
  },
  // Why webhooks cannot go to that address; null when they can.
  problemOfAddress(address) {
    let protocol;
    try {
      ({ protocol } = new URL(address));
    } catch {
      return "is invalid";
    }
    if (protocol === "https:") return null;
    if (protocol !== "http:") return "is invalid";
    return options.httpsOnly ? "protocol http:// is not supported" : null;
  },
});
