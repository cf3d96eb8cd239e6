#include "faces/http/endpoints/webhooks.h"

#include "faces/http/endpoints/account_json.h"
#include "faces/http/endpoints/credit_json.h"
#include "faces/http/endpoints/paging.h"

namespace aiva::http {
namespace {

using webhooks::Delivery;
using webhooks::DeliveryId;
using webhooks::Subscription;
using webhooks::SubscriptionId;
using webhooks::Webhooks;

constexpr std::int64_t overlap_hours_default = 24;
constexpr std::int64_t overlap_hours_max = 168;
constexpr std::size_t event_types_max = 50;

std::optional<UnixMs> instant_or_none(UnixMs instant) {
  return instant == 0 ? std::nullopt : std::optional(instant);
}

void write_subscription(JsonWriter& writer, const Subscription& subscription) {
  writer.begin_object().field("id", subscription.id).field("url", subscription.url);
  writer.field("description", subscription.description).key("event_types").begin_array();
  for (const auto& type : subscription.event_types) writer.value(type);
  writer.end_array().field("is_active", subscription.is_active);
  writer.field("disabled_reason", subscription.disabled_reason);
  write_instant(writer, "failing_since", instant_or_none(subscription.failing_since));
  writer.field("failures", subscription.failures);
  write_instant(writer, "previous_secret_ends_at",
                instant_or_none(subscription.previous_secret_ends_at));
  writer.field("created_at", to_iso8601(subscription.created_at));
  writer.field("updated_at", to_iso8601(subscription.updated_at)).end_object();
}

void write_delivery(JsonWriter& writer, const Delivery& delivery) {
  writer.begin_object().field("id", delivery.id).field("event_id", delivery.event_id);
  writer.field("event_type", delivery.event_type).field("sequence", delivery.event_sequence);
  writer.field("state", to_string(delivery.state)).field("is_replay", delivery.is_replay);
  writer.field("attempts", delivery.attempts).field("last_status", delivery.last_status);
  writer.field("last_error", delivery.last_error);
  writer.field("last_duration_ms", delivery.last_duration_ms);
  bool is_queued = delivery.state == webhooks::DeliveryState::queued;
  write_instant(writer, "next_attempt_at",
                is_queued ? std::optional(delivery.next_attempt_at) : std::nullopt);
  writer.field("created_at", to_iso8601(delivery.created_at));
  writer.field("updated_at", to_iso8601(delivery.updated_at)).end_object();
}

std::optional<std::vector<std::string>> read_event_types(json::Fields& fields) {
  if (!fields.has("event_types")) return std::nullopt;
  std::vector<std::string> types;
  const auto* listed = fields.array("event_types", event_types_max);
  if (listed == nullptr) return types;
  for (const auto& value : *listed) {
    if (value.is_string()) {
      types.emplace_back(value.as_string());
      continue;
    }
    fields.add_error("event_types", "must be texts");
    break;
  }
  return types;
}

std::optional<UnixMs> read_instant(json::Fields& fields, std::string_view name) {
  auto text = fields.text(name, {.length_min = 1, .length_max = 40});
  auto instant = parse_iso8601(text);
  if (!instant && !text.empty()) fields.add_error(name, "must be an instant in ISO 8601");
  return instant;
}

Response secret_response(const webhooks::CreatedSubscription& made, int status) {
  auto response = ok_response(
      [&](JsonWriter& writer) {
        writer.begin_object().field("secret", made.secret).key("webhook");
        write_subscription(writer, made.subscription);
        writer.end_object();
      },
      status);
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

Response subscription_response(const Subscription& subscription) {
  return ok_response([&](JsonWriter& writer) { write_subscription(writer, subscription); });
}

Response delivery_response(const Delivery& delivery) {
  return ok_response([&](JsonWriter& writer) { write_delivery(writer, delivery); }, 202);
}

Task<Result<Response>> create_webhook(Webhooks& webhooks, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  webhooks::NewSubscription wanted{.url = fields.text("url", {.length_max = 2000})};
  wanted.description = fields.optional_text("description", {.length_max = 500}).value_or("");
  if (auto types = read_event_types(fields)) wanted.event_types = std::move(*types);
  CO_TRY_VOID(fields.finish());
  CO_TRY(auto made, co_await webhooks.create(context, std::move(wanted)));
  co_return secret_response(made, 201);
}

Task<Result<Response>> list_webhooks(Webhooks& webhooks, CallContext context, Request&) {
  CO_TRY(auto listed, co_await webhooks.list(context));
  co_return whole_list_response(listed, write_subscription);
}

Task<Result<Response>> get_webhook(Webhooks& webhooks, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<SubscriptionId>("webhookId"));
  CO_TRY(auto found, co_await webhooks.find(context, id));
  co_return subscription_response(found);
}

Task<Result<Response>> change_webhook(Webhooks& webhooks, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<SubscriptionId>("webhookId"));
  CO_TRY_VOID(co_await webhooks.find(context, id));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  webhooks::SubscriptionChange change;
  change.url = fields.optional_text("url", {.length_max = 2000});
  change.description = fields.optional_text("description", {.length_max = 500});
  change.event_types = read_event_types(fields);
  change.is_active = fields.optional_boolean("is_active");
  CO_TRY_VOID(fields.finish());
  CO_TRY(auto changed, co_await webhooks.change(context, id, std::move(change)));
  co_return subscription_response(changed);
}

Task<Result<Response>> remove_webhook(Webhooks& webhooks, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<SubscriptionId>("webhookId"));
  CO_TRY_VOID(co_await webhooks.remove(context, id));
  co_return done_response();
}

Task<Result<Response>> rotate_secret(Webhooks& webhooks, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<SubscriptionId>("webhookId"));
  CO_TRY_VOID(co_await webhooks.find(context, id));
  std::chrono::hours overlap(overlap_hours_default);
  if (!request.body.empty()) {
    CO_TRY(auto body, request.json());
    json::Fields fields(body);
    overlap = std::chrono::hours(
        fields.integer("overlap_hours", overlap_hours_default, 0, overlap_hours_max));
    CO_TRY_VOID(fields.finish());
  }
  CO_TRY(auto made, co_await webhooks.rotate_secret(context, id, overlap));
  co_return secret_response(made, 200);
}

Task<Result<Response>> send_test(Webhooks& webhooks, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<SubscriptionId>("webhookId"));
  CO_TRY(auto delivery, co_await webhooks.send_test(context, id));
  co_return delivery_response(delivery);
}

Task<Result<Response>> list_deliveries(Webhooks& webhooks, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<SubscriptionId>("webhookId"));
  CO_TRY(auto wanted, read_list_request(request, "deliveries"));
  webhooks::DeliveryFilter filter{.limit = wanted.limit_ahead()};
  filter.before = wanted.key_before();
  if (auto text = request.query_text("state")) {
    filter.state = webhooks::parse_delivery_state(*text);
    if (!filter.state)
      co_return fail(invalid_field("state", "must be queued, delivered, failed or cancelled"));
  }
  CO_TRY(auto listed, co_await webhooks.deliveries(context, id, filter));
  co_return uncounted_response(listed, wanted, write_delivery, position_by_sequence<Delivery>);
}

Task<Result<Response>> replay_one(Webhooks& webhooks, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<SubscriptionId>("webhookId"));
  CO_TRY(auto delivery, request.id<DeliveryId>("deliveryId"));
  CO_TRY(auto queued, co_await webhooks.replay(context, id, delivery));
  co_return delivery_response(queued);
}

Task<Result<Response>> replay_range(Webhooks& webhooks, CallContext context, Request& request) {
  CO_TRY(auto id, request.id<SubscriptionId>("webhookId"));
  CO_TRY_VOID(co_await webhooks.find(context, id));
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  auto from = read_instant(fields, "from");
  auto until = read_instant(fields, "until");
  bool only_failed = fields.boolean("only_failed", false);
  CO_TRY_VOID(fields.finish());
  webhooks::ReplayRange range{.from = *from, .until = *until, .only_failed = only_failed};
  CO_TRY(auto count, co_await webhooks.replay_range(context, id, range));
  co_return ok_response(
      [&](JsonWriter& writer) { writer.begin_object().field("queued", count).end_object(); }, 202);
}

}  // namespace

std::vector<Route> webhook_routes(Webhooks& webhooks) {
  auto may_manage = Right::needs(identity::Permission::webhooks_manage);
  std::vector<Route> routes;
  auto add = [&](Method method, std::string_view path, auto handler) {
    Handler bound = [&webhooks, handler](CallContext context, Request& request) {
      return handler(webhooks, context, request);
    };
    routes.push_back({method, path, may_manage, std::move(bound)});
  };
  add(Method::get, "/api/webhooks", list_webhooks);
  add(Method::post, "/api/webhooks", create_webhook);
  add(Method::get, "/api/webhooks/:webhookId", get_webhook);
  add(Method::put, "/api/webhooks/:webhookId", change_webhook);
  add(Method::del, "/api/webhooks/:webhookId", remove_webhook);
  add(Method::post, "/api/webhooks/:webhookId/rotate-secret", rotate_secret);
  add(Method::post, "/api/webhooks/:webhookId/test", send_test);
  add(Method::post, "/api/webhooks/:webhookId/replay", replay_range);
  add(Method::get, "/api/webhooks/:webhookId/deliveries", list_deliveries);
  add(Method::post, "/api/webhooks/:webhookId/deliveries/:deliveryId/replay", replay_one);
  return routes;
}

}  // namespace aiva::http
