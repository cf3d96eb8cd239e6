export { Chat, type ChatAnswer, type ChatEvent, type ChatSource, type Question } from "./chat.ts";
export { Client, type ClientOptions } from "./client.ts";
export type { components, operations, paths } from "./contract.mts";
export type { Tokens, Who } from "./credentials.ts";
export { Documents, type Document, type Upload, type Waiting } from "./documents.ts";
export { AivaError, type FieldError } from "./errors.ts";
export { readEvents, type ServerEvent } from "./events.ts";
export type { Call, CallOptions, Data, Item, ListPath, Method, PathWith } from "./operations.ts";
export type { RetryOptions } from "./transport.ts";
