#include "capabilities/models/models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "adapters/test_database/test_database.h"
#include "capabilities/identity/identity.h"
#include "foundation/metrics.h"
#include "ports/testing/fake_chat_model.h"
#include "ports/testing/manual_clock.h"

namespace aiva::models {
namespace {

using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

ProviderSettings provider(std::string name, std::string prefix,
                          std::string api_key = "server-key") {
  ProviderSettings settings;
  settings.name = std::move(name);
  settings.base_url = "https://models.example";
  settings.api_key = std::move(api_key);
  settings.prefixes = {std::move(prefix)};
  settings.default_model = settings.prefixes.front() + "default";
  return settings;
}

// Notes by when it is to begin, then has another one answer.
class HurriedModel final : public ChatModel {
 public:
  using Deadlines = std::vector<std::chrono::steady_clock::time_point>;
  HurriedModel(std::unique_ptr<ChatModel> inner, Deadlines& deadlines)
      : inner_(std::move(inner)), deadlines_(deadlines) {}
  Task<Result<std::unique_ptr<ChatStream>>> open(CallContext context,
                                                 ChatRequest request) override {
    deadlines_.push_back(context.deadline);
    auto opening = inner_->open(context, std::move(request));
    auto stream = co_await std::move(opening);
    co_return stream;
  }

 private:
  std::unique_ptr<ChatModel> inner_;
  Deadlines& deadlines_;
};

// Providers whose models a test tells what to say; every call is noted as "provider:key:model".
class ModelsTest : public ::testing::Test {
 protected:
  void build(ModelsSettings settings) {
    settings.master_key = std::string(32, 'k');
    ModelsParts parts{.database = *database_,
                      .audit = identity_->audit_log(),
                      .clock = clock_,
                      .metrics = metrics_,
                      .make_model =
                          [this](const ProviderSettings& given, const std::string& key,
                                 AttemptListener listener) {
                            return make_model(given.name, key, std::move(listener));
                          },
                      .pause = make_pause()};
    chat_model_.reset();
    models_ = make_models(std::move(parts), std::move(settings)).value();
    chat_model_ = models_->make_chat_model();
  }
  void say(const std::string& name, Result<std::string> answer) {
    answers_.insert_or_assign(name, std::move(answer));
  }
  static Error down() { return {.code = ErrorCode::unavailable, .message = "Down"}; }

  CallContext context() { return {.tenant = tenant_}; }
  Result<std::unique_ptr<ChatStream>> open(const std::string& model, CallContext context) {
    ChatRequest request{.model = model, .messages = {{ChatRole::user, "Hi"}}};
    return sync_wait(chat_model_->open(context, std::move(request)));
  }
  // "provider: text", or "!code: message".
  std::string ask(const std::string& model) { return ask(model, context()); }
  std::string ask(const std::string& model, CallContext context) {
    auto stream = open(model, context);
    if (!stream)
      return "!" + std::string(to_string(stream.error().code)) + ": " + stream.error().message;
    auto answer = (*stream)->provider() + ":";
    for (;;) {
      auto delta = sync_wait((*stream)->next(context));
      if (!delta) return answer + "!" + std::string(to_string(delta.error().code));
      if (!*delta) return answer;
      answer += (*delta)->text;
    }
  }
  std::vector<std::string> calls() { return std::exchange(calls_, {}); }
  std::string metrics() { return metrics_.to_prometheus_text(); }
  Result<TenantKey> set_key(NewTenantKey key) {
    return sync_wait(models_->set_key(context(), identity::operator_caller(), std::move(key)));
  }
  ProviderState state(std::size_t place) {
    return sync_wait(models_->overview(context())).value().providers.at(place);
  }

  TestDatabase database_;
  ManualClock clock_;
  Metrics metrics_;
  std::unique_ptr<identity::Identity> identity_ =
      identity::make_identity({*database_, clock_, metrics_},
                              {.master_key = std::string(32, 'm'), .bcrypt_threads = 1})
          .value();
  TenantId tenant_ = database_.add_tenant();
  std::optional<std::size_t> cut_after_;
  std::vector<AttemptListener> listeners_;
  HurriedModel::Deadlines deadlines_;
  std::unique_ptr<Models> models_;
  std::unique_ptr<ChatModel> chat_model_;

 private:
  std::unique_ptr<ChatModel> make_model(const std::string& name, const std::string& key,
                                        AttemptListener listener) {
    listeners_.push_back(std::move(listener));
    auto model = std::make_unique<FakeChatModel>(
        [this, name, key](const ChatRequest& request) -> Result<std::string> {
          calls_.push_back(name + ":" + key + ":" + request.model);
          auto found = answers_.find(name);
          return found == answers_.end() ? Result<std::string>("fine") : found->second;
        });
    if (cut_after_) model->cut_streams_after(*cut_after_);
    return std::make_unique<HurriedModel>(std::move(model), deadlines_);
  }

  std::map<std::string, Result<std::string>> answers_;
  std::vector<std::string> calls_;
};

TEST_F(ModelsTest, routes_by_model_and_says_who_answered) {
  build({.providers = {provider("openai", "gpt-"), provider("anthropic", "claude-")},
         .default_model = "claude-x"});

  EXPECT_EQ(ask("gpt-4o"), "openai:fine");
  EXPECT_EQ(ask(""), "anthropic:fine");
  EXPECT_EQ(ask("openai/claude-x"), "openai:fine");
  EXPECT_THAT(ask("llama"), HasSubstr("!invalid"));

  EXPECT_THAT(calls(), ElementsAre("openai:server-key:gpt-4o", "anthropic:server-key:claude-x",
                                   "openai:server-key:claude-x"));
  EXPECT_THAT(metrics(),
              HasSubstr(R"(aiva_model_requests_total{outcome="answered",provider="openai"} 2)"));
  EXPECT_THAT(metrics(), HasSubstr(R"(aiva_model_answer_seconds_count{provider="openai"} 2)"));
  EXPECT_THAT(metrics(), HasSubstr(R"(aiva_model_tokens_total{kind="output",provider="openai"})"));
  EXPECT_THAT(metrics(),
              Not(HasSubstr(R"(aiva_model_tokens_total{kind="output",provider="openai"} 0)")));
}

TEST_F(ModelsTest, falls_back_from_a_provider_that_fails_or_is_silent) {
  build({.providers = {provider("openai", "gpt-"), provider("anthropic", "claude-")},
         .fall_back = {"claude-x"}});

  say("openai", fail(down()));
  EXPECT_EQ(ask("gpt-4o"), "anthropic:fine");
  // What an adapter says when its time for the first word is over.
  say("openai", fail(ErrorCode::timeout, "late"));
  EXPECT_EQ(ask("gpt-4o"), "anthropic:fine");
  say("anthropic", fail(ErrorCode::timeout, "late"));
  EXPECT_EQ(ask("gpt-4o"), "!unavailable: The model provider did not begin to answer in time");

  EXPECT_THAT(metrics(), HasSubstr(R"(aiva_model_fall_backs_total{provider="openai"} 3)"));
}

TEST_F(ModelsTest, hurries_a_provider_only_when_another_one_is_behind_it) {
  build({.providers = {provider("openai", "gpt-"), provider("anthropic", "claude-")},
         .fall_back = {"claude-x"},
         .first_token_timeout = seconds(7)});
  say("openai", fail(down()));
  auto latest = std::chrono::steady_clock::now() + seconds(7);

  EXPECT_EQ(ask("gpt-4o"), "anthropic:fine");

  ASSERT_EQ(deadlines_.size(), 2U);
  EXPECT_GE(deadlines_[0], latest);
  EXPECT_LT(deadlines_[0], latest + seconds(60));
  EXPECT_EQ(deadlines_[1], std::chrono::steady_clock::time_point::max());
}

TEST_F(ModelsTest, does_not_fall_back_from_what_the_caller_did) {
  build({.providers = {provider("openai", "gpt-"), provider("anthropic", "claude-")},
         .fall_back = {"claude-x"}});

  say("openai", fail(ErrorCode::invalid, "Refused content"));
  EXPECT_EQ(ask("gpt-4o"), "!invalid: Refused content");
  std::stop_source source;
  source.request_stop();
  EXPECT_THAT(ask("gpt-4o", {.tenant = tenant_, .cancellation = source.get_token()}),
              HasSubstr("!cancelled"));
  EXPECT_THAT(ask("gpt-4o", {.tenant = tenant_, .deadline = {}}), HasSubstr("!timeout"));

  EXPECT_THAT(calls(), ElementsAre("openai:server-key:gpt-4o"));
}

TEST_F(ModelsTest, never_falls_back_after_a_piece_was_handed_out) {
  cut_after_ = 1;
  build({.providers = {provider("openai", "gpt-"), provider("anthropic", "claude-")},
         .fall_back = {"claude-x"}});
  say("openai", "one two three");

  EXPECT_EQ(ask("gpt-4o"), "openai:one !unavailable");

  EXPECT_EQ(calls().size(), 1U);
  EXPECT_THAT(metrics(),
              HasSubstr(R"(aiva_model_requests_total{outcome="failed",provider="openai"} 1)"));
}

TEST_F(ModelsTest, falls_back_when_a_stream_breaks_off_before_its_first_piece) {
  cut_after_ = 0;
  build({.providers = {provider("openai", "gpt-"), provider("anthropic", "claude-")},
         .fall_back = {"claude-x"}});

  EXPECT_EQ(ask("gpt-4o"), "!unavailable: The answer broke off");

  EXPECT_EQ(calls().size(), 2U);
}

TEST_F(ModelsTest, spares_a_provider_that_keeps_failing_and_tries_it_again) {
  build({.providers = {provider("openai", "gpt-"), provider("anthropic", "claude-")},
         .fall_back = {"claude-x"},
         .breaker_failures = 3,
         .breaker_rest = seconds(30)});
  say("openai", fail(down()));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask("gpt-4o"), "anthropic:fine");
  EXPECT_EQ(calls().size(), 6U);

  EXPECT_EQ(ask("gpt-4o"), "anthropic:fine");
  EXPECT_EQ(calls().size(), 1U);
  EXPECT_EQ(state(0).state.breaker, "open");
  EXPECT_EQ(state(0).state.retry_in_s, 30);
  EXPECT_THAT(ask("openai/gpt-4o"), "anthropic:fine");

  clock_.advance(seconds(31));
  say("openai", "back");
  EXPECT_EQ(ask("gpt-4o"), "openai:back");
  EXPECT_EQ(state(0).state.breaker, "closed");
}

TEST_F(ModelsTest, does_not_blame_a_provider_for_callers_who_leave) {
  build({.providers = {provider("openai", "gpt-")}, .breaker_failures = 1});
  say("openai", fail(ErrorCode::cancelled, "gone"));
  EXPECT_THAT(ask("gpt-4o"), HasSubstr("!cancelled"));
  say("openai", fail(ErrorCode::invalid, "refused"));
  EXPECT_THAT(ask("gpt-4o"), HasSubstr("!invalid"));
  say("openai", "fine");
  {
    auto stream = open("gpt-4o", context());
    ASSERT_TRUE(stream.has_value());
  }

  EXPECT_EQ(state(0).state.breaker, "closed");
  EXPECT_EQ(state(0).state.running, 0);
  EXPECT_THAT(metrics(),
              HasSubstr(R"(aiva_model_requests_total{outcome="given_up",provider="openai"} 2)"));
}

TEST_F(ModelsTest, takes_a_tenants_own_key_and_only_its) {
  auto other = database_.add_tenant("Other");
  build({.providers = {provider("openai", "gpt-"), provider("anthropic", "claude-", "")}});
  ASSERT_TRUE(set_key({.provider = "openai", .key = "sk-tenant-1234"}));

  EXPECT_EQ(ask("gpt-4o"), "openai:fine");
  EXPECT_EQ(ask("gpt-4o", {.tenant = other}), "openai:fine");
  EXPECT_EQ(ask("gpt-4o", {}), "openai:fine");
  EXPECT_THAT(calls(), ElementsAre("openai:sk-tenant-1234:gpt-4o", "openai:server-key:gpt-4o",
                                   "openai:server-key:gpt-4o"));
  EXPECT_EQ(ask("claude-x"), "!unavailable: There is no key for the model provider anthropic");
  EXPECT_FALSE(state(1).has_server_key);

  ASSERT_TRUE(set_key({.provider = "openai", .key = "sk-tenant-5678"}));
  EXPECT_EQ(ask("gpt-4o"), "openai:fine");
  EXPECT_THAT(calls(), ElementsAre("openai:sk-tenant-5678:gpt-4o"));

  ASSERT_TRUE(sync_wait(models_->remove_key(context(), identity::operator_caller(), "openai")));
  EXPECT_EQ(ask("gpt-4o"), "openai:fine");
  EXPECT_THAT(calls(), ElementsAre("openai:server-key:gpt-4o"));
}

TEST_F(ModelsTest, spares_a_tenants_bad_key_only_for_that_tenant) {
  auto other = database_.add_tenant("Other");
  build({.providers = {provider("openai", "gpt-")}, .breaker_failures = 1});
  ASSERT_TRUE(set_key({.provider = "openai", .key = "sk-bad-key"}));

  say("openai", fail(down()));
  EXPECT_THAT(ask("gpt-4o"), HasSubstr("!unavailable"));
  EXPECT_EQ(state(0).state.breaker, "open");
  say("openai", "fine");

  EXPECT_EQ(ask("gpt-4o", {.tenant = other}), "openai:fine");
}

TEST_F(ModelsTest, shows_keys_by_their_last_four_signs_and_keeps_them_sealed) {
  build({.providers = {provider("openai", "gpt-")}});
  ASSERT_TRUE(set_key({.provider = "openai",
                       .key = "sk-tenant-1234",
                       .requests_per_minute = 60,
                       .tokens_per_minute = 6000}));

  auto keys = sync_wait(models_->keys(context())).value();
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0].last4, "1234");
  EXPECT_EQ(keys[0].requests_per_minute, 60);
  EXPECT_TRUE(state(0).has_tenant_key);
  EXPECT_EQ(state(0).state.tokens_left, 1000);
  EXPECT_TRUE(sync_wait(models_->keys({.tenant = database_.add_tenant("Other")})).value().empty());

  std::string stored;
  ASSERT_TRUE(sync_wait(read(*database_, {}, [&](SqlSession& sql) {
    return sql.query("SELECT sealed_key FROM model_keys", {}, [&](const SqlRow& row) {
      stored = row.text(0);
      return Result<void>();
    });
  })));
  EXPECT_THAT(stored, AllOf(Not(HasSubstr("tenant")), Not(HasSubstr("1234"))));
  auto audited = sync_wait(identity_->audit_log().list({}, identity::operator_caller(), {}));
  EXPECT_EQ(audited->items.at(0).action, "model_key.set");
}

TEST_F(ModelsTest, refuses_keys_that_are_none) {
  build({.providers = {provider("openai", "gpt-")}});

  for (const std::string key : {"short", "sk-with space", "sk-with\r\nX-Header: 1", ""})
    EXPECT_EQ(set_key({.provider = "openai", .key = key}).error().code, ErrorCode::invalid) << key;
  EXPECT_EQ(set_key({.provider = "openai", .key = std::string(600, 'k')}).error().code,
            ErrorCode::invalid);
  EXPECT_EQ(set_key({.provider = "nobody", .key = "sk-tenant-1234"}).error().code,
            ErrorCode::not_found);
  EXPECT_EQ(
      sync_wait(models_->remove_key(context(), identity::operator_caller(), "openai")).error().code,
      ErrorCode::not_found);
}

TEST_F(ModelsTest, tests_a_key_by_asking_for_a_word) {
  build({.providers = {provider("openai", "gpt-")}});
  EXPECT_EQ(sync_wait(models_->test_key(context(), "openai", "")).error().code,
            ErrorCode::not_found);
  ASSERT_TRUE(set_key({.provider = "openai", .key = "sk-tenant-1234"}));

  auto works = sync_wait(models_->test_key(context(), "openai", ""));
  say("openai", fail(ErrorCode::unavailable, "The model provider refuses our key"));
  auto fails = sync_wait(models_->test_key(context(), "openai", "gpt-4o"));

  ASSERT_TRUE(works && fails);
  EXPECT_TRUE(works->is_working);
  EXPECT_FALSE(fails->is_working);
  EXPECT_EQ(fails->message, "The model provider refuses our key");
  EXPECT_THAT(calls(),
              ElementsAre("openai:sk-tenant-1234:gpt-default", "openai:sk-tenant-1234:gpt-4o"));
}

TEST_F(ModelsTest, counts_attempts_and_waits_when_the_provider_said_so) {
  build({.providers = {provider("openai", "gpt-")}, .queue_timeout = std::chrono::milliseconds(1)});
  model_server::Failure refused{
      .error = down(), .kind = model_server::FailureKind::rate_limited, .retry_after = seconds(7)};
  listeners_.at(0)(refused);

  EXPECT_THAT(ask("gpt-4o"), HasSubstr("!rate_limited"));
  clock_.advance(seconds(7));
  EXPECT_EQ(ask("gpt-4o"), "openai:fine");

  EXPECT_THAT(metrics(), HasSubstr(R"(aiva_model_rate_limited_total{provider="openai"} 1)"));
  EXPECT_THAT(
      metrics(),
      HasSubstr(R"(aiva_model_attempt_failures_total{kind="rate_limited",provider="openai"} 1)"));
}

TEST_F(ModelsTest, has_no_model_without_providers) {
  build({});
  EXPECT_EQ(chat_model_, nullptr);
  EXPECT_TRUE(sync_wait(models_->overview(context())).value().providers.empty());
}

}  // namespace
}  // namespace aiva::models
