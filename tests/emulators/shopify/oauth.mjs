// How an app gets its tokens: the authorization code grant (offline, offline that expires, online),
// refreshing, client credentials. The merchant says yes unless told otherwise.
import { createHmac, randomBytes } from "node:crypto";
import { OauthError, unauthorized } from "./errors.mjs";

const codeLife_s = 60;
const onlineLife_s = 86_399;
const expiringLife_s = 3600;
const refreshLife_s = 7_776_000;
// A refresh token may be shown again for so long, until the one it was replaced by is.
const retryLife_s = 2_592_000;
const knownScopes = new Set(
  [
    ...["all_orders", "content", "customers", "discounts", "draft_orders", "files"],
    ...["fulfillments", "inventory", "locales", "locations", "metaobjects", "orders"],
    ...["price_rules", "product_listings", "products", "publications", "returns", "shipping"],
    ...["themes", "translations"],
  ].flatMap((name) => [`read_${name}`, `write_${name}`]),
);

// As the provider defines it: the parameters but hmac, sorted by name and encoded as in the URL.
const signQuery = (parameters, secret) => {
  const sorted = Object.entries(parameters)
    .filter(([name]) => name !== "hmac" && name !== "signature")
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const query = new URLSearchParams(sorted).toString();
  return createHmac("sha256", secret).update(query).digest("hex");
};

const secretOf = (prefix) => `${prefix}_${randomBytes(16).toString("hex")}`;

// Writing implies reading.
const effective = (scopes) =>
  new Set(scopes.flatMap((scope) => [scope, scope.replace(/^write_/, "read_")]));

export class Oauth {
  #shop;
  #app;
  #codes = new Map();
  #tokens = new Map();
  #refreshes = new Map();
  decision = "accept";

  // `app` is {clientId, clientSecret, redirectUris, scopes, token}; without redirectUris any will
  // do.
  constructor(shop, app) {
    this.#shop = shop;
    this.#app = app;
    if (app.token) this.#remember(app.token, app.scopes, null);
  }

  #now_s() {
    return Math.floor(this.#shop.clock.now() / 1000);
  }

  #remember(token, scopes, life_s) {
    const expires_s = life_s === null ? null : this.#now_s() + life_s;
    this.#tokens.set(token, { token, scopes: effective(scopes), granted: scopes, expires_s });
  }

  // The scopes behind a token; throws 401 where there is none, or no more.
  check(token) {
    const known = this.#tokens.get(token);
    if (!known) throw unauthorized();
    if (known.expires_s !== null && known.expires_s <= this.#now_s()) {
      this.#tokens.delete(token);
      throw unauthorized();
    }
    return known;
  }

  revokeAll() {
    this.#tokens.clear();
    this.#codes.clear();
    this.#refreshes.clear();
  }

  // Of tokens that expire one alone is good at a time.
  #revokeExpiring(keptRefresh) {
    for (const [refresh, { access_token }] of this.#refreshes) {
      this.#tokens.delete(access_token);
      if (refresh !== keptRefresh) this.#refreshes.delete(refresh);
    }
  }

  list() {
    return {
      decision: this.decision,
      tokens: [...this.#tokens.values()].map(({ token, granted, expires_s }) => ({
        token,
        scopes: granted,
        expires_s,
      })),
    };
  }

  // Where the merchant's browser goes after agreeing.
  authorize(query) {
    const wrong = (description) => {
      throw new OauthError(400, "invalid_request", description);
    };
    const asked = Object.fromEntries(query);
    for (const name of ["client_id", "redirect_uri"]) {
      if (!asked[name]) wrong(`Missing or invalid ${name}`);
    }
    if (asked.client_id !== this.#app.clientId) {
      throw new OauthError(400, "application_cannot_be_found", "No application with this api_key");
    }
    if (!this.#mayRedirect(asked.redirect_uri)) {
      wrong("The redirect_uri and application url must have matching hosts");
    }
    const scopes = (asked.scope ?? "").split(/[,\s]+/).filter(Boolean);
    const unknown = scopes.find((scope) => !knownScopes.has(scope));
    if (unknown) throw new OauthError(400, "invalid_scope", `The scope ${unknown} is invalid.`);
    if (this.decision === "deny") {
      throw new OauthError(403, "access_denied", "The merchant did not install the app");
    }
    const code = randomBytes(16).toString("hex");
    this.#codes.set(code, {
      scopes: scopes.length > 0 ? scopes : this.#app.scopes,
      isOnline: query.getAll("grant_options[]").includes("per-user"),
      expires_s: this.#now_s() + codeLife_s,
    });
    const state = asked.state === undefined ? {} : { state: asked.state };
    return this.launch(asked.redirect_uri, { code, ...state });
  }

  // That address with what the provider adds when it sends a merchant there, signed.
  launch(url, more = {}) {
    const target = new URL(url);
    const parameters = {
      ...Object.fromEntries(target.searchParams),
      ...more,
      host: Buffer.from(`admin.shopify.com/store/${this.#shop.handle}`)
        .toString("base64")
        .replace(/=+$/, ""),
      shop: this.#shop.domain,
      timestamp: String(this.#now_s()),
    };
    for (const [name, value] of Object.entries(parameters)) target.searchParams.set(name, value);
    target.searchParams.set("hmac", signQuery(parameters, this.#app.clientSecret));
    return target.href;
  }

  #mayRedirect(uri) {
    try {
      if (!["http:", "https:"].includes(new URL(uri).protocol)) return false;
    } catch {
      return false;
    }
    const { redirectUris } = this.#app;
    return redirectUris.length === 0 || redirectUris.includes(uri);
  }

  // The answer to a request for a token; `body` is its parameters.
  grant(body) {
    if (body.client_id !== this.#app.clientId || body.client_secret !== this.#app.clientSecret) {
      throw new OauthError(401, "invalid_client", "Client authentication failed");
    }
    if (body.grant_type === "refresh_token") return this.#refresh(body.refresh_token);
    if (body.grant_type === "client_credentials") return this.#credentials();
    if (body.grant_type !== undefined) {
      throw new OauthError(400, "unsupported_grant_type", "The grant type is not supported");
    }
    const code = this.#codes.get(body.code);
    this.#codes.delete(body.code);
    if (!code || code.expires_s <= this.#now_s()) {
      throw new OauthError(
        400,
        "invalid_request",
        "The authorization code was not found or was already used",
      );
    }
    if (code.isOnline) return this.#online(code.scopes);
    if (!["1", 1, true].includes(body.expiring)) return this.#offline(code.scopes);
    this.#revokeExpiring(null);
    return this.#expiring(code.scopes);
  }

  #offline(scopes) {
    const access_token = secretOf("shpat");
    this.#remember(access_token, scopes, null);
    return { access_token, scope: scopes.join(",") };
  }

  #credentials() {
    const access_token = secretOf("shpat");
    this.#remember(access_token, this.#app.scopes, onlineLife_s);
    return { access_token, scope: this.#app.scopes.join(","), expires_in: onlineLife_s };
  }

  #expiring(scopes) {
    const access_token = secretOf("shpat");
    const refresh_token = secretOf("shprt");
    this.#remember(access_token, scopes, expiringLife_s);
    this.#refreshes.set(refresh_token, {
      scopes,
      access_token,
      expires_s: this.#now_s() + refreshLife_s,
    });
    return {
      access_token,
      scope: scopes.join(","),
      expires_in: expiringLife_s,
      refresh_token,
      refresh_token_expires_in: refreshLife_s,
    };
  }

  #refresh(token) {
    const known = this.#refreshes.get(token);
    const now_s = this.#now_s();
    const isLate = known?.used_s !== undefined && known.used_s + retryLife_s <= now_s;
    if (!known || isLate || known.expires_s <= now_s) {
      throw new OauthError(400, "invalid_request", "This request requires an active refresh_token");
    }
    known.used_s ??= now_s;
    this.#revokeExpiring(token);
    return this.#expiring(known.scopes);
  }

  #online(scopes) {
    const access_token = secretOf("shpat");
    this.#remember(access_token, scopes, onlineLife_s);
    return {
      access_token,
      scope: scopes.join(","),
      expires_in: onlineLife_s,
      associated_user_scope: scopes.join(","),
      associated_user: {
        id: 902541635,
        first_name: "Sam",
        last_name: "Keeper",
        email: "sam@example.com",
        email_verified: true,
        account_owner: true,
        locale: "en",
        collaborator: false,
      },
    };
  }
}
