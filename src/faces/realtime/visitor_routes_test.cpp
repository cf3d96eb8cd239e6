#include "faces/realtime/visitor_routes.h"

#include "faces/realtime/ephemeral_keys.h"
#include "faces/realtime/testing/calls_fixture.h"

namespace aiva::realtime {
namespace {

using http::testing::RawResponse;

class VisitorRoutes : public CallsFixture {
 protected:
  void SetUp() override {
    agents_.agent.name = "Front <desk>";
    agents_.agent.has_chat_page = true;
    agents_.agent.widget.allows_calls = true;
    agents_.agent.widget.origins = {"https://shop.example"};
    agents_.agent.widget.visitor_calls_per_hour_max = 3;
    serve();
  }
  RawResponse get(const std::string& target) { return server_->send({.target = target}); }
  RawResponse ask(const std::string& origin = "http://test") {
    return server_->send({.method = "POST",
                          .target = "/aiva/call/guide/keys",
                          .headers = {"Origin: " + origin},
                          .body = "{}"});
  }
  std::string key() {
    auto response = ask();
    EXPECT_EQ(response.status, 201) << response.body;
    return std::string(json::parse(response.body)->at("data").at("key").as_string());
  }
  // What the server says until it ends the call.
  std::string closed(const std::string& target, const std::string& protocols) {
    Client client(port());
    if (client.open(target, {}, protocols)) return "refused";
    std::string last;
    while (!last.starts_with("closed")) last = client.receive();
    return last;
  }
};

TEST_F(VisitorRoutes, show_a_page_that_runs_nothing_inline_and_may_use_the_microphone) {
  auto page = get("/aiva/call/guide");

  ASSERT_EQ(page.status, 200);
  EXPECT_TRUE(page.body.contains("<title>Front &lt;desk&gt;</title>"));
  EXPECT_TRUE(page.body.contains("aria-controls=\"keypad\""));
  EXPECT_TRUE(page.body.contains("data-key=\"#\" aria-label=\"Hash\""));
  EXPECT_FALSE(page.body.contains("<script>"));
  EXPECT_FALSE(page.body.contains("style="));
  EXPECT_TRUE(page.header("Content-Security-Policy").contains("default-src 'none'"));
  EXPECT_TRUE(page.header("Content-Security-Policy").contains("https://shop.example"));
  EXPECT_EQ(page.header("Permissions-Policy"), "microphone=(self)");
  for (const auto* file : {"/aiva/call-page.js", "/aiva/call-audio.js", "/aiva/call-page.css"}) {
    EXPECT_EQ(get(file).status, 200) << file;
    EXPECT_GT(get(file).body.size(), 300U) << file;
  }
}

TEST_F(VisitorRoutes, are_there_for_agents_that_want_them_only) {
  agents_.agent.widget.allows_calls = false;
  EXPECT_EQ(get("/aiva/call/guide").status, 404);
  EXPECT_EQ(ask().status, 404);
  EXPECT_EQ(get("/aiva/call/nobody").status, 404);
}

TEST_F(VisitorRoutes, give_a_key_for_one_call_to_pages_of_allowed_origins) {
  EXPECT_EQ(ask("https://evil.example").status, 403);
  EXPECT_EQ(ask("").status, 403);
  EXPECT_FALSE(log_.announced);

  EXPECT_EQ(ask("https://shop.example").status, 201);
  EXPECT_EQ(visitor_calls_.last.origin, "https://shop.example");
  EXPECT_TRUE(visitor_calls_.last.caller_id.starts_with("web-"));
  EXPECT_EQ(visitor_calls_.last_limits.at_once_max, 5);
}

TEST_F(VisitorRoutes, lead_to_a_call_once) {
  auto protocols = "realtime, openai-insecure-api-key." + key();
  Client client(port());
  ASSERT_FALSE(client.open("/realtime/guide", {}, protocols));
  for (std::string message; !message.contains("response.done");) {
    message = client.receive();
    ASSERT_FALSE(message.starts_with("closed")) << message;
    EXPECT_FALSE(message.contains("You are the guide")) << message;
  }

  EXPECT_EQ(closed("/realtime/guide", protocols), "closed 1008");
}

TEST_F(VisitorRoutes, give_keys_that_telephone_servers_cannot_use) {
  Client client(port());
  ASSERT_FALSE(client.open("/realtime/guide", {}, "media, openai-insecure-api-key." + key()));
  client.send(
      "MEDIA_START connection_id:c channel:W channel_id:1 format:slin16 optimal_frame_size:640");

  std::string last;
  while (!last.starts_with("closed")) last = client.receive();
  EXPECT_TRUE(log_.announced);  // nobody took it up
}

TEST_F(VisitorRoutes, count_calls_of_an_address) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask().status, 201);
  auto refused = ask();
  EXPECT_EQ(refused.status, 429);
  EXPECT_NE(refused.header("Retry-After"), "");
}

TEST_F(VisitorRoutes, tell_strangers_nothing_of_the_account) {
  visitor_calls_.refusal = Error{.code = ErrorCode::quota_exceeded,
                                 .message = "0.02 USD available",
                                 .details = {{"balance", "0.02"}}};
  auto refused = ask();
  EXPECT_EQ(refused.status, 402);
  EXPECT_FALSE(refused.body.contains("0.02")) << refused.body;
}

TEST_F(VisitorRoutes, end_a_call_when_its_time_is_up) {
  EphemeralKeys keys(*cache_);
  EphemeralKey short_key{
      .tenant = tenant_, .agent = agents_.agent.id, .duration_max = std::chrono::seconds(1)};
  auto secret = sync_wait(keys.issue({}, short_key, std::chrono::seconds(60)));
  ASSERT_TRUE(secret.has_value());

  EXPECT_EQ(closed("/realtime/guide", "realtime, openai-insecure-api-key." + *secret),
            "closed 1001");
}

}  // namespace
}  // namespace aiva::realtime
