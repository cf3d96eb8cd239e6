// Webhook subscriptions in GraphQL.
import {
  commonSorts,
  idOf,
  legacyId,
  numberOf,
  requireScope,
  small,
  time,
} from "./graphql_fields.mjs";
import { gid } from "./shapes.mjs";
import { scopeOfTopic, topics } from "./webhooks.mjs";

const writeTopic = (topic) => topic.replace("/", "_").toUpperCase();
const topicOf = new Map(topics.map((topic) => [writeTopic(topic), topic]));

const byGid = (id, { webhooks }) =>
  webhooks.subscriptions.get(numberOf(id, "WebhookSubscription")) ?? null;

const problem = (name, message) => ({ field: ["webhookSubscription", name], message });

const problemsOf = ({ uri, format, filter, metafieldNamespaces }, run, isNew) => {
  const address = isNew || uri !== undefined ? run.shop.problemOfAddress(uri) : null;
  return [
    address && problem("uri", `Address ${address}`),
    format === "XML" && problem("format", "Format is not supported"),
    filter && problem("filter", "The emulator knows no filters"),
    metafieldNamespaces?.length && problem("metafieldNamespaces", "The emulator sends none"),
  ].filter(Boolean);
};

const missing = { field: ["id"], message: "Webhook subscription does not exist" };

export const webhookQueries = {
  webhookSubscription: (_, { id }, run) => byGid(id, run),
  webhookSubscriptions: (_, { topics: wanted, uri }, { webhooks }) =>
    small(
      [...webhooks.subscriptions.values()].filter(
        ({ topic, address }) =>
          (!wanted || wanted.includes(writeTopic(topic))) && (!uri || uri === address),
      ),
      commonSorts.CREATED_AT,
    ),
};

export const webhookMutations = {
  webhookSubscriptionCreate: (_, { topic, webhookSubscription }, run, field) => {
    const name = topicOf.get(topic);
    const scope = scopeOfTopic[name.split("/")[0]];
    if (scope) requireScope(run, scope, field);
    const { uri, includeFields } = webhookSubscription;
    const userErrors = problemsOf(webhookSubscription, run, true);
    if (run.webhooks.has(name, uri)) {
      userErrors.push(problem("uri", "Address for this topic has already been taken"));
    }
    if (userErrors.length > 0) return { webhookSubscription: null, userErrors };
    const subscription = run.webhooks.subscribe({
      topic: name,
      address: uri,
      fields: includeFields ?? [],
      version: run.version,
    });
    run.store.revision += 1;
    return { webhookSubscription: subscription, userErrors };
  },
  webhookSubscriptionUpdate: (_, { id, webhookSubscription }, run) => {
    const subscription = byGid(id, run);
    if (!subscription) return { webhookSubscription: null, userErrors: [missing] };
    const userErrors = problemsOf(webhookSubscription, run, false);
    if (userErrors.length > 0) return { webhookSubscription: null, userErrors };
    const { uri, includeFields } = webhookSubscription;
    subscription.address = uri ?? subscription.address;
    subscription.fields = includeFields ?? subscription.fields;
    subscription.updatedAt = run.store.now();
    run.store.revision += 1;
    return { webhookSubscription: subscription, userErrors };
  },
  webhookSubscriptionDelete: (_, { id }, run) => {
    const subscription = byGid(id, run);
    if (!subscription) return { deletedWebhookSubscriptionId: null, userErrors: [missing] };
    run.webhooks.subscriptions.delete(subscription.id);
    run.store.revision += 1;
    return {
      deletedWebhookSubscriptionId: gid("WebhookSubscription", subscription.id),
      userErrors: [],
    };
  },
};

export const webhookResolvers = {
  WebhookSubscription: {
    id: idOf("WebhookSubscription"),
    legacyResourceId: legacyId,
    topic: ({ topic }) => writeTopic(topic),
    uri: ({ address }) => address,
    callbackUrl: ({ address }) => address,
    format: () => "JSON",
    includeFields: ({ fields }) => fields,
    metafieldNamespaces: () => [],
    filter: () => null,
    apiVersion: ({ version }) => ({ handle: version, displayName: version, supported: true }),
    createdAt: time("createdAt"),
    updatedAt: time("updatedAt"),
  },
};
