#include "capabilities/moderation/moderation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "foundation/json.h"
#include "ports/testing/manual_clock.h"
#include "ports/testing/scripted_http_client.h"

namespace aiva::moderation {
namespace {

using agents::ModerationSettings;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;
using Kind = Verdict::Kind;

// Finds what it is told to find.
class FixedModerator final : public Moderator {
 public:
  Task<Result<ModerationReport>> look_at(CallContext, std::vector<std::string> texts) override {
    seen.push_back(std::move(texts));
    co_return report;
  }
  Result<ModerationReport> report{ModerationReport{}};
  std::vector<std::vector<std::string>> seen;
};

class ModerationTest : public testing::Test {
 protected:
  std::unique_ptr<Moderation> make(ModerationRules rules = {}) {
    return make_moderation(
        {.provider = &provider_,
         .http = http_,
         .clock = clock_,
         .metrics = metrics_,
         .secret_of = [](CallContext, std::string name) { return secret_of(std::move(name)); }},
        rules);
  }
  static Task<Result<std::string>> secret_of(std::string name) {
    if (name != "signing") co_return fail(ErrorCode::not_found, "No secret has this name");
    co_return "s3cret";
  }
  Verdict ask(const ModerationSettings& settings, ModerationRules rules = {},
              Stage stage = Stage::message, std::vector<std::string> texts = {"hello"}) {
    CallContext context{.tenant = tenant_};
    return sync_wait(
        make(rules)->look_at(context, settings, {.stage = stage, .texts = std::move(texts)}));
  }
  void find(double hate, bool is_flagged) {
    provider_.report =
        ModerationReport{.is_flagged = is_flagged,
                         .categories = {{.name = "hate", .score = hate, .is_flagged = is_flagged}}};
  }

  TenantId tenant_ = TenantId::make();
  FixedModerator provider_;
  HttpResponse hook_answer_{.status = 200, .body = R"({"flagged":false})"};
  ScriptedHttpClient http_{[this](const HttpRequest&) { return hook_answer_; }};
  ManualClock clock_;
  Metrics metrics_;
};

TEST_F(ModerationTest, asks_nobody_unless_somebody_wants_it) {
  EXPECT_FALSE(make()->looks_at(Stage::message, {}));
  EXPECT_TRUE(make()->looks_at(Stage::message, {.uses_provider = true}));
  EXPECT_FALSE(make()->looks_at(Stage::answer, {.uses_provider = true}));
  EXPECT_TRUE(make()->looks_at(Stage::answer, {.uses_provider = true, .checks_answers = true}));
  EXPECT_TRUE(make({.is_required = true})->looks_at(Stage::message, {}));
  EXPECT_FALSE(make({.is_required = true})->looks_at(Stage::answer, {}));

  EXPECT_EQ(ask({}).kind, Kind::unasked);
  EXPECT_THAT(provider_.seen, IsEmpty());
}

TEST_F(ModerationTest, counts_what_is_flagged_or_reaches_a_threshold) {
  struct Case {
    double score;
    bool is_flagged;
    ModerationSettings settings;
    Kind kind;
  };
  for (const auto& [score, is_flagged, settings, kind] : std::vector<Case>{
           {0.9, true, {.uses_provider = true}, Kind::blocked},
           {0.4, false, {.uses_provider = true}, Kind::passed},
           {0.9, true, {.uses_provider = true, .action = "flag"}, Kind::flagged},
           {0.4, false, {.uses_provider = true, .categories = {{"hate", 0.4}}}, Kind::blocked},
           {0.3, false, {.uses_provider = true, .categories = {{"hate", 0.4}}}, Kind::passed},
           {0.9, true, {.uses_provider = true, .categories = {{"violence", 0}}}, Kind::passed},
       }) {
    find(score, is_flagged);

    auto verdict = ask(settings);

    EXPECT_EQ(verdict.kind, kind) << score;
    EXPECT_FALSE(verdict.is_unchecked);
    if (kind == Kind::passed)
      EXPECT_THAT(verdict.categories, IsEmpty());
    else
      EXPECT_THAT(verdict.categories, ElementsAre("hate"));
  }
}

TEST_F(ModerationTest, lets_pass_or_blocks_what_nobody_could_look_at) {
  provider_.report = fail(ErrorCode::unavailable, "down");

  auto open = ask({.uses_provider = true});
  auto closed = ask({.uses_provider = true, .fails_closed = true});
  auto required = ask({}, {.is_required = true, .fails_closed = true});

  EXPECT_EQ(open.kind, Kind::passed);
  EXPECT_TRUE(open.is_unchecked);
  EXPECT_EQ(closed.kind, Kind::blocked);
  EXPECT_TRUE(closed.is_unchecked);
  EXPECT_EQ(required.kind, Kind::blocked);
}

TEST_F(ModerationTest, is_made_no_weaker_by_an_agent_where_it_is_required) {
  find(0.9, true);
  ModerationRules required{.is_required = true};

  auto weak = ask({.uses_provider = true, .action = "flag", .categories = {{"hate", 1}}}, required);
  find(0.4, false);
  auto strict = ask({.uses_provider = true, .categories = {{"hate", 0.2}}}, required);

  EXPECT_EQ(weak.kind, Kind::blocked);
  EXPECT_EQ(strict.kind, Kind::blocked);
  EXPECT_THAT(provider_.seen, SizeIs(2));  // asked once for both rules
}

TEST_F(ModerationTest, asks_a_webhook_signed_and_by_the_guarded_way) {
  hook_answer_.body = R"({"flagged":true,"categories":{"house":true}})";
  ModerationSettings settings{.webhook_url = "https://guard.example/check",
                              .webhook_secret = "signing",
                              .message = "Not here."};

  auto verdict = ask(settings);

  EXPECT_EQ(verdict.kind, Kind::blocked);
  EXPECT_THAT(verdict.categories, ElementsAre("house"));
  EXPECT_EQ(verdict.message, "Not here.");
  auto request = http_.requests().at(0);
  EXPECT_FALSE(request.may_reach_private_addresses);
  EXPECT_EQ(request.timeout, std::chrono::milliseconds(3000));
  EXPECT_LE(request.response_bytes_max, 64U * 1024);
  EXPECT_EQ(request.headers.back().name, "AIVA-Signature");
  EXPECT_THAT(request.headers.back().value, StartsWith("t="));
  auto body = json::parse(request.body);
  EXPECT_EQ(body->at("type").as_string(), "moderation.message");
  EXPECT_EQ(body->at("tenant_id").as_string(), tenant_.to_string());
  EXPECT_EQ(body->at("texts").as_array().at(0).as_string(), "hello");
}

TEST_F(ModerationTest, takes_a_webhook_that_answers_anything_else_for_a_failure) {
  ModerationSettings settings{.webhook_url = "https://guard.example/", .fails_closed = true};
  for (const auto& answer : std::vector<HttpResponse>{
           {.status = 500, .body = R"({"flagged":false})"},
           {.status = 302, .body = R"({"flagged":false})"},
           {.status = 200, .body = "<html>"},
           {.status = 200, .body = R"({"flagged":"no"})"},
           {.status = 200, .body = R"({"flagged":false,"category_scores":{"a":7}})"},
           {.status = 200, .body = R"({"results":[]})"}}) {
    hook_answer_ = answer;
    EXPECT_EQ(ask(settings).kind, Kind::blocked) << answer.status << answer.body;
  }
  hook_answer_ = {.status = 200, .body = R"({"flagged":false})"};
  EXPECT_EQ(ask(settings).kind, Kind::passed);

  settings.webhook_secret = "forgotten";
  EXPECT_EQ(ask(settings).kind, Kind::blocked);
  settings.webhook_secret.clear();
  settings.webhook_url = "http://guard.example/";
  EXPECT_EQ(ask(settings).kind, Kind::blocked);
  EXPECT_EQ(ask(settings, {.may_reach_private_addresses = true}).kind, Kind::passed);
}

TEST_F(ModerationTest, shows_a_provider_every_byte_in_pieces) {
  std::string text;
  while (text.size() < 20'000) text += "ä word ";

  ask({.uses_provider = true}, {}, Stage::message, {text, "", "end"});

  std::string joined;
  for (const auto& piece : provider_.seen.at(0)) {
    EXPECT_LE(piece.size(), 8000U);
    joined += piece;
  }
  EXPECT_EQ(joined, text + "end");
}

}  // namespace
}  // namespace aiva::moderation
