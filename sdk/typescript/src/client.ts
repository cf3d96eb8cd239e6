import { Chat } from "./chat.ts";
import type { paths } from "./contract.mts";
import { Credentials, type Tokens, type Who } from "./credentials.ts";
import { Documents } from "./documents.ts";
import {
  fillPath,
  type Call,
  type CallArguments,
  type CallOptions,
  type Data,
  type Item,
  type ListPath,
  type Method,
  type PathWith,
} from "./operations.ts";
import { Transport, type RetryOptions } from "./transport.ts";

export interface ClientOptions {
  /** Of the server, like https://aiva.example. */
  url: string;
  /** Nothing: only what strangers may. */
  credentials?: Who;
  /** Told of every new pair of tokens of a user, to keep it. */
  onTokens?: (tokens: Tokens) => void;
  retry?: RetryOptions;
  /** Instead of the one of the platform. */
  fetch?: typeof fetch;
}

type AnyCall = CallOptions & {
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
};

/** Speaks to one AIVA. Its calls are those of the contract, schema/openapi.yaml. */
export class Client {
  readonly chat: Chat;
  readonly documents: Documents;
  private readonly transport: Transport;

  constructor(options: ClientOptions) {
    const credentials = new Credentials(options.credentials, options.onTokens);
    const send = options.fetch ?? ((input, init) => fetch(input, init));
    this.transport = new Transport(options.url, credentials, send, options.retry ?? {});
    this.chat = new Chat(this.transport);
    this.documents = new Documents(this.transport);
  }

  /** Each answers the `data` of the server's answer, and throws an AivaError for a refusal. */
  get<Path extends PathWith<"get">>(path: Path, ...[call]: CallArguments<Path, "get">) {
    return this.call("get", path, call as Call<Path, "get"> | undefined);
  }
  post<Path extends PathWith<"post">>(path: Path, ...[call]: CallArguments<Path, "post">) {
    return this.call("post", path, call as Call<Path, "post"> | undefined);
  }
  put<Path extends PathWith<"put">>(path: Path, ...[call]: CallArguments<Path, "put">) {
    return this.call("put", path, call as Call<Path, "put"> | undefined);
  }
  patch<Path extends PathWith<"patch">>(path: Path, ...[call]: CallArguments<Path, "patch">) {
    return this.call("patch", path, call as Call<Path, "patch"> | undefined);
  }
  delete<Path extends PathWith<"delete">>(path: Path, ...[call]: CallArguments<Path, "delete">) {
    return this.call("delete", path, call as Call<Path, "delete"> | undefined);
  }

  /**
   * All entries of a list, page by page: by cursors where the list has them, so that nothing is
   * missed or told twice while it grows, by numbers elsewhere.
   */
  async *list<Path extends ListPath>(
    path: Path,
    ...[call]: CallArguments<Path, "get">
  ): AsyncGenerator<Item<Path>> {
    const given = (call ?? {}) as AnyCall;
    let place: Record<string, unknown> = {};
    for (let page = 2; ; ++page) {
      const query = { limit: 100, ...given.query, ...place };
      const data = (await this.call("get", path, { ...given, query } as never)) as {
        items: Item<Path>[];
        next_cursor?: string | null;
        limit?: number;
      };
      yield* data.items;
      if (data.next_cursor) place = { cursor: data.next_cursor };
      else if (data.next_cursor === undefined && data.items.length >= (data.limit ?? Infinity))
        place = { page };
      else return;
    }
  }

  /** The answer as it comes, for files and for what the contract does not describe as JSON. */
  raw(method: Method, path: string, options: CallOptions & { body?: BodyInit } = {}) {
    return this.transport.send({
      method: method.toUpperCase(),
      path,
      headers: options.headers ?? {},
      body: () => options.body,
      signal: options.signal,
      idempotencyKey: options.idempotencyKey,
    });
  }

  private async call<Path extends keyof paths, Verb extends Method>(
    method: Verb,
    path: Path,
    call: Call<Path, Verb> | undefined,
  ): Promise<Data<Path, Verb>> {
    const given = (call ?? {}) as AnyCall;
    const { body } = given;
    const response = await this.transport.send({
      method: method.toUpperCase(),
      path: fillPath(path, given.path, given.query),
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...given.headers,
      },
      body: () => (body === undefined ? undefined : JSON.stringify(body)),
      signal: given.signal,
      idempotencyKey: given.idempotencyKey,
    });
    if (response.status === 204) return undefined as Data<Path, Verb>;
    const answer = (await response.json()) as object;
    return ("data" in answer ? answer.data : answer) as Data<Path, Verb>;
  }
}
