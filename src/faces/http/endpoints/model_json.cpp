#include "faces/http/endpoints/model_json.h"

#include <cstdint>
#include <string_view>

#include "foundation/time.h"

namespace aiva::http {
namespace {

void write_texts(JsonWriter& writer, std::string_view name, const std::vector<std::string>& texts) {
  writer.key(name).begin_array();
  for (const auto& text : texts) writer.value(text);
  writer.end_array();
}

void write_left(JsonWriter& writer, std::string_view name, std::int64_t left, bool is_limited) {
  if (is_limited)
    writer.field(name, left);
  else
    writer.null_field(name);
}

void write_provider(JsonWriter& writer, const models::ProviderState& provider) {
  writer.begin_object().field("name", provider.name);
  writer.field("dialect", provider.dialect == models::Dialect::openai ? "openai" : "anthropic");
  writer.field("default_model", provider.default_model);
  write_texts(writer, "model_prefixes", provider.prefixes);
  writer.field("is_available", provider.has_server_key || provider.has_tenant_key);
  writer.field("has_own_key", provider.has_tenant_key);
  const auto& state = provider.state;
  writer.field("breaker", state.breaker).field("retry_in_s", state.retry_in_s);
  writer.field("waiting", state.waiting).field("running", state.running);
  write_left(writer, "requests_left", state.requests_left, state.has_request_limit);
  write_left(writer, "tokens_left", state.tokens_left, state.has_token_limit);
  writer.end_object();
}

}  // namespace

void write_overview(JsonWriter& writer, const models::Overview& overview) {
  writer.begin_object().field("default_model", overview.default_model);
  write_texts(writer, "fall_back", overview.fall_back);
  writer.key("providers").begin_array();
  for (const auto& provider : overview.providers) write_provider(writer, provider);
  writer.end_array().end_object();
}

void write_model_key(JsonWriter& writer, const models::TenantKey& key) {
  writer.begin_object().field("provider", key.provider).field("last4", key.last4);
  writer.field("requests_per_minute", key.requests_per_minute);
  writer.field("tokens_per_minute", key.tokens_per_minute);
  writer.field("created_at", to_iso8601(key.created_at));
  writer.field("updated_at", to_iso8601(key.updated_at)).end_object();
}

void write_key_test(JsonWriter& writer, const models::KeyTest& test) {
  writer.begin_object().field("is_working", test.is_working).field("model", test.model);
  writer.field("message", test.message).field("time_ms", test.time_ms).end_object();
}

void write_price(JsonWriter& writer, const models::Price& price) {
  writer.begin_object().field("provider", price.provider).field("model", price.model);
  writer.field("input_nano_usd", price.input_nano_usd);
  writer.field("cached_nano_usd", price.cached_nano_usd);
  writer.field("output_nano_usd", price.output_nano_usd);
  if (price.cache_write_nano_usd) writer.field("cache_write_nano_usd", *price.cache_write_nano_usd);
  writer.field("is_default", price.is_default);
  if (price.is_default)
    writer.null_field("updated_at");
  else
    writer.field("updated_at", to_iso8601(price.updated_at));
  writer.end_object();
}

}  // namespace aiva::http
