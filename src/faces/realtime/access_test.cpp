#include <gmock/gmock.h>

#include "faces/realtime/internal/admission.h"
#include "faces/realtime/testing/calls_fixture.h"

namespace aiva::realtime {
namespace {

using http::testing::RawResponse;

class AccessTest : public CallsFixture {
 protected:
  void SetUp() override { serve(); }

  // The status of the handshake.
  int status_of(const std::string& target, const std::string& secret = {}) {
    http::testing::TestRequest request{
        .target = target,
        .headers = {"Connection: upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="}};
    if (!secret.empty()) request.headers.push_back("Authorization: Bearer " + secret);
    auto client = server_->connect();
    client.send(request.text());
    auto response = client.read_response(false);
    return response ? response->status : 0;
  }
  json::Value post(const std::string& target, const std::string& body, int status,
                   const std::string& secret = "secret") {
    auto response = server_->send({.method = "POST",
                                   .target = target,
                                   .headers = {"Authorization: Bearer " + secret},
                                   .body = body});
    EXPECT_EQ(response.status, status) << response.body;
    auto answer = json::parse(response.body).value_or(json::Value());
    const auto* data = answer.is_object() ? answer.as_object().if_contains("data") : nullptr;
    return data != nullptr ? json::Value(*data) : answer;
  }
  static std::string text(const json::Value& value, std::string_view name) {
    const auto* found = value.is_object() ? value.as_object().if_contains(name) : nullptr;
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : "";
  }
};

TEST_F(AccessTest, needs_somebody_who_may_talk_to_the_agent) {
  EXPECT_EQ(status_of("/realtime/guide"), 401);
  EXPECT_EQ(status_of("/realtime/guide", "wrong"), 401);
  EXPECT_EQ(status_of("/realtime/guide", "weak"), 403);
  EXPECT_EQ(status_of("/realtime/guide", "other"), 404);
  EXPECT_EQ(status_of("/realtime/nobody", "secret"), 404);
  EXPECT_EQ(status_of("/v1/realtime", "secret"), 400);
  EXPECT_EQ(status_of("/v1/realtime?model=guide&call_id=rtc_1", "secret"), 400);
  for (const std::string target :
       {"/realtime/guide", "/realtime?model=guide", "/realtime/guide/realtime?model=any",
        "/v1/realtime?model=guide"})
    EXPECT_EQ(status_of(target, "secret"), 101) << target;
}

TEST_F(AccessTest, makes_keys_for_browsers) {
  auto made =
      post("/v1/realtime/client_secrets",
           R"({"expires_after":{"anchor":"created_at","seconds":60},"session":)"
           R"({"type":"realtime","model":"guide","audio":{"input":{"turn_detection":null}}}})",
           200);
  auto key = text(made, "value");
  ASSERT_TRUE(key.starts_with("ek_"));

  Client client(port());
  ASSERT_FALSE(
      client.open("/v1/realtime?model=guide", {}, "realtime, openai-insecure-api-key." + key));
  EXPECT_EQ(client.response()["Sec-WebSocket-Protocol"], "realtime");
  auto created = client.receive();
  EXPECT_TRUE(created.contains(R"("instructions":"")")) << created;

  EXPECT_EQ(status_of("/v1/realtime?model=guide", key), 101);
  EXPECT_EQ(status_of("/v1/realtime", key), 101);
  EXPECT_EQ(status_of("/v1/realtime?model=guide", key + "x"), 401);
  EXPECT_EQ(server_
                ->send({.method = "POST",
                        .target = "/api/realtime/token",
                        .headers = {"Authorization: Bearer " + key},
                        .body = R"({"agent_id":"guide"})"})
                .status,
            401);
}

TEST_F(AccessTest, refuses_keys_that_make_no_sense) {
  post("/v1/realtime/client_secrets", "{}", 400);
  post("/v1/realtime/client_secrets", R"({"session":{"type":"realtime"}})", 400);
  post("/v1/realtime/client_secrets", R"({"session":{"type":"realtime","model":"nobody"}})", 404);
  post("/v1/realtime/client_secrets",
       R"({"session":{"type":"realtime","model":"guide","instructions":"Be rude."}})", 400);
  post("/v1/realtime/client_secrets",
       R"({"expires_after":{"seconds":1},"session":{"type":"realtime","model":"guide"}})", 400);
  post("/v1/realtime/client_secrets", R"({"session":{"type":"realtime","model":"guide"}})", 403,
       "weak");
}

TEST_F(AccessTest, leaves_no_call_open_that_is_not_answered) {
  RealtimeParts parts{calls_.get(), log_, agents_, *cache_, clock_, pause_};
  CallContext context{.tenant = tenant_};
  auto call = sync_wait(log_.announce(context, {.agent = agents_.agent.id}));
  ASSERT_TRUE(call.has_value());

  auto gone = sync_wait(answer_call(parts, context, *call, nullptr, true));
  EXPECT_FALSE(gone.has_value());
  ASSERT_TRUE(log_.outcome.has_value());
  EXPECT_EQ(log_.outcome->end, voice::CallEnd::caller_hung_up);

  log_.outcome.reset();
  calls_->drain(std::chrono::milliseconds(0));
  auto refused = sync_wait(answer_call(parts, context, *call, nullptr, false));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  ASSERT_TRUE(log_.outcome.has_value());
  EXPECT_EQ(log_.outcome->end, voice::CallEnd::failed);
}

TEST_F(AccessTest, opens_a_call_log_for_a_test_and_closes_it) {
  auto made =
      post("/api/realtime/token", R"({"agent_id":")" + agents_.agent.id.to_string() + "\"}", 201);
  auto key = text(made, "ephemeral_key");
  auto session = text(made, "session_id");
  ASSERT_TRUE(log_.announced);
  EXPECT_EQ(log_.announced->session_id, session);

  Client client(port());
  ASSERT_FALSE(client.open("/realtime/guide", "Bearer " + key));
  for (std::string message; !message.contains("response.done");) {
    message = client.receive();
    ASSERT_FALSE(message.starts_with("closed")) << message;
  }
  EXPECT_FALSE(log_.announced);  // it was claimed

  Client again(port());
  ASSERT_FALSE(again.open("/realtime/guide", "Bearer " + key));
  std::string last;
  while (!last.starts_with("closed")) last = again.receive();
  EXPECT_EQ(last, "closed 1008");
  auto ended = post("/api/realtime/finalize",
                    R"({"session_id":")" + session + R"(","duration_ms":1000})", 200);
  EXPECT_TRUE(ended.as_object().contains("cost"));
  post("/api/realtime/finalize", R"({"session_id":"nothing"})", 404);
}

TEST_F(AccessTest, leaves_a_call_to_its_tenant_whoever_else_knows_its_session) {
  RealtimeParts parts{calls_.get(), log_, agents_, *cache_, clock_, pause_};
  CallContext context{.tenant = tenant_};
  auto call =
      sync_wait(log_.announce(context, {.agent = agents_.agent.id, .session_id = "desk-1"}));
  ASSERT_TRUE(call.has_value());
  http::Request request;
  request.query = {{"announced", "desk-1"}};

  Admitted stranger{.context = {.tenant = TenantId::make()}};
  auto refused = sync_wait(find_call(parts, stranger, request, {.provider = "media"}));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::not_found);

  Admitted owner{.context = context};
  auto found = sync_wait(find_call(parts, owner, request, {.provider = "media"}));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->id, call->id);
}

}  // namespace
}  // namespace aiva::realtime
