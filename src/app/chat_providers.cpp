#include "app/chat_providers.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <string_view>
#include <utility>

#include "adapters/anthropic/anthropic.h"
#include "adapters/openai/openai.h"
#include "capabilities/models/known_providers.h"
#include "foundation/pause.h"

namespace aiva::app {
namespace {

using models::Dialect;
using models::ProviderSettings;
using std::chrono::milliseconds;

OpenAiQuirks quirks_of(const models::DialectQuirks& given) {
  using Field = OpenAiQuirks::TokensField;
  OpenAiQuirks quirks{.has_key_header = given.has_key_header,
                      .api_version = given.api_version,
                      .has_stream_options = given.has_stream_options,
                      .has_schemas = given.has_schemas,
                      .has_short_call_ids = given.has_short_call_ids};
  if (given.tokens_field == "max_tokens") quirks.tokens_field = Field::max_tokens;
  if (given.tokens_field == "max_completion_tokens")
    quirks.tokens_field = Field::max_completion_tokens;
  return quirks;
}

models::ModelFactory make_factory(HttpClient& http, Pause pause) {
  return [&http, pause = std::move(pause)](const ProviderSettings& provider,
                                           const std::string& api_key,
                                           models::AttemptListener listener) {
    if (provider.dialect == Dialect::anthropic) {
      AnthropicOptions options{.base_url = provider.base_url,
                               .api_key = api_key,
                               .default_model = provider.default_model,
                               .pause = pause,
                               .on_failure = std::move(listener)};
      if (!provider.quirks.api_version.empty()) options.version = provider.quirks.api_version;
      return make_anthropic_chat_model(std::move(options), http);
    }
    OpenAiOptions options{.base_url = provider.base_url,
                          .api_key = api_key,
                          .default_model = provider.default_model,
                          .pause = pause,
                          .on_failure = std::move(listener),
                          .quirks = quirks_of(provider.quirks)};
    return make_openai_chat_model(std::move(options), http);
  };
}

// The provider of [chat_model], under a name that is free.
ProviderSettings plain_provider(const Config& config) {
  const auto& given = config.chat_model;
  auto provider = models::known_provider(given.provider);
  bool is_usual_address = given.base_url == Config::ChatModel().base_url;
  if (provider.dialect == Dialect::openai || !is_usual_address) provider.base_url = given.base_url;
  provider.api_key = given.api_key;
  provider.needs_key = false;
  provider.prefixes = {""};
  provider.default_model = given.model;
  if (std::ranges::find(config.models.provider_names, provider.name) !=
      config.models.provider_names.end())
    provider.name = "chat_model";
  return provider;
}

// "TENANT_ID=4" each.
Result<std::map<std::string, double>> read_weights(const std::vector<std::string>& texts) {
  std::map<std::string, double> weights;
  for (const auto& text : texts) {
    auto middle = text.find('=');
    auto tenant = TenantId::parse(std::string_view(text).substr(0, middle));
    double weight = 0;
    const char* end = text.data() + text.size();
    auto read = middle == std::string::npos
                    ? std::from_chars_result{end, std::errc::invalid_argument}
                    : std::from_chars(text.data() + middle + 1, end, weight);
    bool is_right =
        tenant && read.ec == std::errc() && read.ptr == end && weight >= 0.01 && weight <= 1000;
    if (!is_right)
      return fail(invalid_field("models.tenant_weights", "must be TENANT_ID=WEIGHT: " + text));
    weights[tenant->to_string()] = weight;
  }
  return weights;
}

}  // namespace

Result<std::unique_ptr<models::Models>> make_chat_providers(const Config& config,
                                                            std::string master_key,
                                                            ChatProviderParts parts) {
  const auto& given = config.models;
  models::ModelsSettings settings{
      .providers = given.providers,
      .default_model = given.default_model,
      .fall_back = given.fall_back,
      .first_token_timeout = milliseconds(given.first_token_timeout_ms),
      .queue_timeout = milliseconds(given.queue_timeout_ms),
      .breaker_failures = static_cast<int>(given.breaker_failures),
      .breaker_rest = std::chrono::seconds(given.breaker_rest_s),
      .waiting_max = static_cast<std::size_t>(given.waiting_max),
      .waiting_per_tenant_max = static_cast<std::size_t>(given.waiting_per_tenant_max),
      .master_key = std::move(master_key)};
  TRY(settings.tenant_weights, read_weights(given.tenant_weights));
  if (config.chat_model.provider != "none") {
    settings.providers.push_back(plain_provider(config));
    if (settings.default_model.empty())
      settings.default_model = settings.providers.back().name + "/" + config.chat_model.model;
  }
  auto pause = make_pause();
  return models::make_models({.database = parts.database,
                              .audit = parts.audit,
                              .clock = parts.clock,
                              .metrics = parts.metrics,
                              .make_model = make_factory(parts.http, pause),
                              .pause = pause,
                              .shared_allowances = parts.shared_allowances},
                             std::move(settings));
}

}  // namespace aiva::app
