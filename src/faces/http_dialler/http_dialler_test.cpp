#include "faces/http_dialler/http_dialler.h"

#include <gmock/gmock.h>

#include "capabilities/voice/testing/calls_fixture.h"
#include "capabilities/webhooks/signature.h"
#include "foundation/json.h"
#include "ports/testing/manual_pause.h"
#include "ports/testing/scripted_http_client.h"

namespace aiva::http_dialler {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using voice::DialEnd;

// A telephone system that answers with a status, and pauses that look at the call's row.
class HttpDiallerOf : public voice::CallsFixture {
 protected:
  void SetUp() override {
    CallsFixture::SetUp();
    records_ = voice::make_call_records({.database = *database, .agents = agents_, .clock = clock});
    dialler_ = make_http_dialler(
        {.http = http_,
         .calls = *records_,
         .clock = clock,
         .pause = [this](CallContext context,
                         milliseconds time) { return pause(std::move(context), time); }},
        {.url = "http://10.0.0.5/dial", .secret = "shared"});
    auto call = sync_wait(log_->announce(
        context(),
        {.agent = agents_.agent.id, .direction = "outbound", .dialled_number = "+4930000001"}));
    ASSERT_TRUE(call);
    call_ = *call;
  }
  Task<Result<void>> pause(CallContext context, milliseconds time) {
    clock.advance(time);
    if (on_pause_) on_pause_();
    co_return context.check();
  }
  Result<DialEnd> dial() {
    auto own = context();
    own.cancellation = stop_.get_token();
    return sync_wait(dialler_->dial(own, {.session_id = call_.session_id,
                                          .destination = "+4930000001",
                                          .caller_id = "+4930999999",
                                          .ring_max = seconds(20)}));
  }
  std::vector<std::string> actions() {
    std::vector<std::string> actions;
    for (const auto& request : http_.requests())
      actions.emplace_back(json::parse(request.body)->at("action").as_string());
    return actions;
  }

  int status_ = 202;
  std::function<void()> on_pause_{};
  std::stop_source stop_{};
  voice::Call call_{};
  ScriptedHttpClient http_{[this](const HttpRequest&) -> Result<HttpResponse> {
    if (status_ == 0) return fail(ErrorCode::unavailable, "Nobody listens");
    return HttpResponse{.status = status_};
  }};
  std::unique_ptr<voice::CallRecords> records_;
  std::unique_ptr<voice::CallDialler> dialler_;
};

TEST_F(HttpDiallerOf, a_system_is_told_whom_to_call_by_a_signed_request) {
  on_pause_ = [this] { (void)sync_wait(log_->note_dialled(context(), call_.id, DialEnd::busy)); };

  auto end = dial();

  EXPECT_EQ(end.value_or(DialEnd::failed), DialEnd::busy);
  auto request = http_.requests().at(0);
  auto body = *json::parse(request.body);
  EXPECT_EQ(body.at("session_id").as_string(), call_.session_id);
  EXPECT_EQ(body.at("destination").as_string(), "+4930000001");
  EXPECT_EQ(body.at("caller_id").as_string(), "+4930999999");
  EXPECT_EQ(body.at("ring_max_s").as_int64(), 20);
  std::string secret = "shared";
  auto signature = webhooks::sign({&secret, 1}, 1735689600000, request.body);
  bool is_signed = false;
  for (const auto& header : request.headers)
    is_signed = is_signed || (header.name == "AIVA-Signature" && header.value == signature);
  EXPECT_TRUE(is_signed);
  EXPECT_THAT(actions(), ElementsAre("dial"));
}

TEST_F(HttpDiallerOf, a_call_that_has_begun_was_answered_though_nobody_says_so) {
  on_pause_ = [this] { (void)sync_wait(log_->begin(context(), call_.id, {})); };
  EXPECT_EQ(dial().value_or(DialEnd::failed), DialEnd::answered);
}

TEST_F(HttpDiallerOf, a_system_that_says_nothing_is_told_to_stop) {
  EXPECT_EQ(dial().value_or(DialEnd::failed), DialEnd::no_answer);
  EXPECT_THAT(actions(), ElementsAre("dial", "cancel"));
}

TEST_F(HttpDiallerOf, a_system_is_told_to_stop_when_nobody_is_to_be_called_any_more) {
  on_pause_ = [this] { stop_.request_stop(); };
  EXPECT_EQ(dial().value_or(DialEnd::failed), DialEnd::cancelled);
  EXPECT_THAT(actions(), ElementsAre("dial", "cancel"));
}

TEST_F(HttpDiallerOf, a_status_says_what_became_of_the_order) {
  struct Case {
    int status;
    std::optional<DialEnd> end;  // none: the system is away
  };
  for (auto [status, end] : {Case{404, DialEnd::unreachable},
                             {422, DialEnd::unreachable},
                             {403, DialEnd::failed},
                             {500, {}},
                             {302, {}},
                             {0, {}}}) {
    status_ = status;
    auto dialled = dial();
    EXPECT_EQ(dialled.has_value(), end.has_value()) << status;
    if (dialled && end) EXPECT_EQ(*dialled, *end) << status;
    if (!dialled) EXPECT_EQ(dialled.error().code, ErrorCode::unavailable) << status;
  }
}

}  // namespace
}  // namespace aiva::http_dialler
