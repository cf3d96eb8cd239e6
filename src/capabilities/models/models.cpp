#include "capabilities/models/models.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "capabilities/models/internal/lanes.h"
#include "capabilities/models/internal/router.h"
#include "capabilities/models/internal/routing.h"
#include "capabilities/models/internal/tenant_keys.h"
#include "foundation/secret_box.h"

namespace aiva::models {
namespace {

constexpr std::chrono::seconds test_time_max{20};
constexpr int test_tokens_max = 16;

class RoutedModels final : public Models {
 public:
  RoutedModels(ModelsParts parts, ModelsSettings settings)
      : parts_(std::move(parts)), settings_(std::move(settings)) {}

  // Everything else borrows settings and parts where they lie.
  Result<void> build() {
    auto made = Routing::make({.providers = settings_.providers,
                               .default_model = settings_.default_model,
                               .fall_back = settings_.fall_back});
    if (!made) return fail(std::move(made.error()));
    routing_.emplace(std::move(*made));
    lanes_.emplace(Lanes::Needs{.settings = settings_,
                                .make_model = parts_.make_model,
                                .keys = keys_,
                                .clock = parts_.clock,
                                .pause = parts_.pause,
                                .metrics = parts_.metrics,
                                .shared = parts_.shared_allowances});
    return {};
  }

  std::unique_ptr<ChatModel> make_chat_model() override {
    if (settings_.providers.empty()) return nullptr;
    return std::make_unique<Router>(settings_, *routing_, *lanes_, keys_, parts_.clock);
  }

  Task<Result<Overview>> overview(CallContext context) override {
    CO_TRY(auto keys, co_await keys_.of_tenant(context));
    Overview all{.default_model = settings_.default_model, .fall_back = settings_.fall_back};
    for (std::size_t i = 0; i < settings_.providers.size(); ++i) {
      const auto& provider = settings_.providers[i];
      ProviderState shown{.name = provider.name,
                          .dialect = provider.dialect,
                          .default_model = provider.default_model,
                          .prefixes = provider.prefixes,
                          .has_server_key = !provider.api_key.empty() || !provider.needs_key,
                          .has_tenant_key = find_key(*keys, provider.name) != nullptr};
      CO_TRY(auto lane, lanes_->find(i, context.tenant, *keys));
      if (lane != nullptr) shown.state = lane->describe();
      all.providers.push_back(std::move(shown));
    }
    co_return all;
  }

  Task<Result<std::vector<TenantKey>>> keys(CallContext context) override {
    CO_TRY(auto sealed, co_await keys_.of_tenant(context));
    std::vector<TenantKey> shown;
    for (const auto& key : *sealed) shown.push_back(key.shown);
    co_return shown;
  }

  Task<Result<TenantKey>> set_key(CallContext context, identity::Caller caller,
                                  NewTenantKey key) override {
    CO_TRY([[maybe_unused]] auto place, find_provider(key.provider));
    auto putting = keys_.put(context, std::move(caller), std::move(key));
    auto stored = co_await std::move(putting);
    co_return stored;
  }

  Task<Result<void>> remove_key(CallContext context, identity::Caller caller,
                                std::string provider) override {
    auto removing = keys_.remove(context, std::move(caller), std::move(provider));
    auto outcome = co_await std::move(removing);
    co_return outcome;
  }

  Task<Result<KeyTest>> test_key(CallContext context, std::string provider,
                                 std::string model) override {
    CO_TRY(auto place, find_provider(provider));
    CO_TRY(auto keys, co_await keys_.of_tenant(context));
    if (find_key(*keys, provider) == nullptr)
      co_return fail(ErrorCode::not_found, "There is no key for this provider");
    if (model.empty()) model = settings_.providers[place].default_model;
    if (model.empty()) co_return fail(invalid_field("model", "is needed for this provider"));
    CO_TRY(auto lane, lanes_->find(place, context.tenant, *keys));
    context.deadline = std::min(context.deadline, std::chrono::steady_clock::now() + test_time_max);
    auto trying = try_model(context, std::move(lane), std::move(model));
    auto outcome = co_await std::move(trying);
    co_return outcome;
  }

 private:
  Result<std::size_t> find_provider(std::string_view name) const {
    for (std::size_t i = 0; i < settings_.providers.size(); ++i)
      if (settings_.providers[i].name == name) return i;
    return fail(ErrorCode::not_found, "There is no model provider of this name");
  }

  // A failure is what the test found out; only the caller's own end fails it. Neither limits nor
  // breaker stand in its way.
  Task<Result<KeyTest>> try_model(CallContext context, std::shared_ptr<Lane> lane,
                                  std::string model) {
    auto begin = parts_.clock.steady();
    KeyTest test{.model = model};
    ChatRequest request{.model = std::move(model),
                        .messages = {{ChatRole::user, "Say OK."}},
                        .tokens_max = test_tokens_max};
    auto opening = lane->model->open(context, std::move(request));
    auto stream = co_await std::move(opening);
    Result<void> outcome{};
    if (!stream) {
      outcome = fail(std::move(stream.error()));
    } else {
      auto first = co_await (*stream)->next(context);
      if (!first) outcome = fail(std::move(first.error()));
      test.model = (*stream)->model();
    }
    if (context.cancellation.stop_requested()) CO_TRY_VOID(context.check());
    test.is_working = outcome.has_value();
    if (!outcome) test.message = outcome.error().message;
    if (outcome) lane->breaker.succeed();
    test.time_ms = std::chrono::duration<double, std::milli>(parts_.clock.steady() - begin).count();
    co_return test;
  }

  ModelsParts parts_;
  ModelsSettings settings_;
  TenantKeys keys_{parts_.database, parts_.audit, parts_.clock, settings_.master_key};
  std::optional<Routing> routing_;
  std::optional<Lanes> lanes_;
};

}  // namespace

Result<std::unique_ptr<Models>> make_models(ModelsParts parts, ModelsSettings settings) {
  if (settings.master_key.size() != secret_box_key_size)
    return fail(invalid_field("master_key", "must have 32 bytes"));
  auto models = std::make_unique<RoutedModels>(std::move(parts), std::move(settings));
  TRY_VOID(models->build());
  return models;
}

}  // namespace aiva::models
