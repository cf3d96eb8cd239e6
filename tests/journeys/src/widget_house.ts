import assert from "node:assert/strict";
import { createServer, type Server as Site } from "node:http";
import type { AddressInfo } from "node:net";
import { at } from "./browser_view.ts";
import type { Page } from "./chromium.ts";
import type { Client, Json } from "./client.ts";
import { Emulator } from "./emulator.ts";
import { drawDisc } from "./picture.ts";
import { Relay } from "./relay.ts";
import { Server } from "./server.ts";
import { catalogueOf, control, startShop, sync } from "./shop.ts";

export const question = "How long is the warranty of the coffee machine?";

const text =
  "The **warranty** of the _coffee machine_ lasts five years, <b onclick=alert(1)>see</b> " +
  "[the terms](https://shop.example/terms) or [this](javascript:alert(2)).\n\n" +
  "A Quiet Mug is dishwasher-safe and holds a quarter of a litre of coffee.\n\n" +
  "The showroom of the company is shown on a picture with a red disc at its entrance.\n";

/** All a widget needs: AIVA with knowledge, a shop and pictures, and a page of another origin. */
export class WidgetHouse {
  readonly server: Server;
  readonly client: Client;
  readonly relay: Relay;
  private readonly base: string;
  private readonly emulator: Emulator;
  private readonly shop: Json;
  private readonly site: Site;

  private constructor(parts: Json) {
    this.server = parts.server;
    this.client = parts.client;
    this.relay = parts.relay;
    this.base = parts.base;
    this.emulator = parts.emulator;
    this.shop = parts.shop;
    this.site = parts.site;
  }

  static async build(): Promise<WidgetHouse> {
    const shop = await startShop({ fill: { products: 12, imagesEach: 1, seed: 3 } });
    const known = (await catalogueOf(shop)).filter((product) => product.status === "active");
    for (const [index, title] of ["Quiet Mug", "Quiet Mug, large"].entries()) {
      const change = [known[index]!["id"], { title }];
      await control(shop, "/_store", { call: "updateProduct", arguments: change });
    }
    const emulator = await Emulator.start("openai.mjs");
    const server = await Server.start({
      environment: {
        ...emulator.asChatModel,
        AIVA_SHOPIFY_SCHEDULED: "false",
        AIVA_SHOPIFY_BASE_ADDRESS: shop.origin,
        AIVA_SHOPIFY_ALLOW_PRIVATE_HOSTS: "true",
      },
    });
    const client = await server.admin();
    const relay = await Relay.to(server.ready.url);
    const base = await client.createKnowledgeBase("Machines");
    await client.settled(base, await client.upload(base, "machine.txt", text));
    const options = { description: "The showroom of the company" };
    await client.uploadImage(base, "room.png", drawDisc(300, 200, [200, 40, 40]), options);
    const site = createServer();
    await new Promise<void>((done) => site.listen(0, "127.0.0.1", done));
    const house = new WidgetHouse({
      server,
      client,
      relay,
      base,
      emulator,
      shop,
      site,
    });
    site.on("request", (request, response) => house.servePage(request.url!, response));
    return house;
  }

  get siteUrl(): string {
    return `http://127.0.0.1:${(this.site.address() as AddressInfo).port}`;
  }

  /** Connects the shop and reads its products. */
  async bringProducts(): Promise<void> {
    const place = `/api/shopify/${this.client.user.tenant_id}`;
    const wanted = { kb_id: this.base, address: this.shop.shop.domain, token: "shpat_test" };
    const made = await this.client.post(`${place}/stores`, wanted);
    assert.equal(made.status, 201, made.text);
    const job = await sync(this.client, made.body.data.id);
    assert.equal(job.status, "completed", JSON.stringify(job));
  }

  async makeAgent(name: string, settings: Json = {}, widget: Json = {}): Promise<Json> {
    const reply = await this.client.post("/api/agents", {
      name,
      kb_id: this.base,
      greeting: "Welcome to the machine shop!",
      chat_page_enabled: true,
      publish: true,
      ...settings,
      widget_config: {
        allowed_origins: [this.siteUrl],
        visitor_messages_per_minute: 1000,
        ...widget,
      },
    });
    assert.equal(reply.status, 201, reply.text);
    return reply.body.data;
  }

  /** The address of a page with those scripts (JSON), in a language. */
  page(scripts: Record<string, string>[], lang = "en", extra = ""): string {
    const query = new URLSearchParams({ scripts: JSON.stringify(scripts), lang, extra });
    return `${this.siteUrl}/?${query}`;
  }

  // The policy lets in the server's script, its data and its call page, and nothing inline.
  private servePage(address: string, response: Json): void {
    const url = new URL(address, this.siteUrl);
    if (url.pathname !== "/") {
      response.writeHead(url.pathname === "/favicon.ico" ? 204 : 404).end();
      return;
    }
    const aiva = this.relay.url;
    const lang = url.searchParams.get("lang") ?? "en";
    const elements = JSON.parse(url.searchParams.get("scripts") ?? "[]").map(
      (settings: Record<string, string>) =>
        `<script src="${aiva}/aiva/widget.js" async ${Object.entries(settings)
          .map(([name, value]) => `${name}="${value.replaceAll('"', "&quot;")}"`)
          .join(" ")}></script>`,
    );
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.setHeader(
      "content-security-policy",
      `default-src 'none'; script-src ${aiva}; connect-src ${aiva}; frame-src ${aiva}; ` +
        "require-trusted-types-for 'script'; trusted-types 'none'; base-uri 'none'",
    );
    const dir = lang === "ar" ? "rtl" : "ltr";
    response.end(
      `<!doctype html><html lang="${lang}" dir="${dir}"><head><title>Shop</title>` +
        `<meta name="viewport" content="width=device-width, initial-scale=1">` +
        `<meta name="color-scheme" content="light dark"></head>` +
        `<body><main><h1>Shop</h1><p>Goods of all kinds.</p><button id="own">Buy</button></main>` +
        `${elements.join("")}</body></html>`,
    );
  }

  /** Makes the next chats of the model fail, or be slow. */
  async fault(fault: Json): Promise<void> {
    const reply = await fetch(`${this.emulator.url}/_faults`, {
      method: fault === null ? "DELETE" : "POST",
      headers: { "content-type": "application/json" },
      ...(fault === null ? {} : { body: JSON.stringify({ on: "chat", ...fault }) }),
    });
    assert.equal(reply.status, 200);
  }

  async remove(): Promise<void> {
    await this.relay.close();
    await this.server.remove();
    this.emulator.stop();
    this.site.closeAllConnections();
    this.site.close();
    await this.shop.close();
  }
}

/** The text of the messages of a role in the first widget of a page, or in the chat page. */
export function said(role: string, host = "aiva-widget"): string {
  return `[...(${at(host)}?.shadowRoot?.querySelectorAll(".message.${role} .body") ?? [])]
    .map((body) => body.innerText).join(" / ")`;
}

/** Waits until the widget is there. */
export async function present(page: Page, host = "aiva-widget"): Promise<void> {
  await page.until(`${at(`${host} >>> .launcher`)} !== null`);
}
