#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "capabilities/chat/testing/fixed_agents.h"
#include "capabilities/voice/testing/flow_fakes.h"
#include "capabilities/voice/testing/scripted_chat.h"
#include "capabilities/voice/testing/voice_fakes.h"
#include "capabilities/voice/voice.h"
#include "faces/http/testing/test_server.h"
#include "faces/http/testing/websocket_client.h"
#include "faces/realtime/routes.h"
#include "faces/realtime/visitor_routes.h"
#include "foundation/crypto.h"
#include "foundation/json.h"
#include "foundation/pause.h"

namespace aiva::realtime {

using Client = http::testing::WebSocketClient;

inline constexpr auto bearer = "Bearer secret";

// 20 ms of mu-law: a tone of 1 kHz, or silence.
inline std::string mulaw_frame(bool is_loud) {
  std::string frame(160, '\xFF');
  for (std::size_t at = 0; is_loud && at < frame.size(); ++at)
    frame[at] = at % 8 < 4 ? '\x10' : '\x90';
  return frame;
}

// Calls of visitors without limits of their own.
class OpenVisitorCalls final : public voice::VisitorCalls {
 public:
  explicit OpenVisitorCalls(voice::CallLog& log) : log_(log) {}
  Task<Result<voice::Call>> announce(CallContext context, voice::VisitorCall call,
                                     voice::VisitorCallLimits limits) override {
    last = call;
    last_limits = limits;
    if (refusal) co_return fail(*refusal);
    auto announced = co_await log_.announce(context, {.agent = call.agent});
    co_return announced;
  }

  voice::VisitorCall last{};
  voice::VisitorCallLimits last_limits{};
  std::optional<Error> refusal{};

 private:
  voice::CallLog& log_;
};

// Real calls of one agent, with scripted ears, mouth and mind, behind a real server. It greets with
// "Hello there.", 120 ms of tone; a caller is loud or silent, and understood as the script says.
class CallsFixture : public testing::Test {
 protected:
  CallsFixture() {
    agents_.agent.settings.greeting = "Hello there.";
    recognizer_.words = {"How long is the warranty?"};
  }

  void serve(const RealtimeOptions& options = {}) {
    voice::CallsParts parts_of_calls{log_,        chat_,        agents_, detectors_,
                                     recognizer_, synthesizer_, metrics_};
    parts_of_calls.leading.emplace(flows_, functions_, clock_);
    calls_ = voice::make_calls(parts_of_calls, {});
    RealtimeParts parts{calls_.get(), log_, agents_, *cache_, clock_, pause_};
    auto routes = make_key_routes(parts, options);
    for (auto& route :
         make_visitor_routes({.realtime = parts, .visitors = visitors_, .calls = visitor_calls_}))
      routes.push_back(std::move(route));
    server_ = std::make_unique<http::testing::TestServer>(std::move(routes),
                                                          http::testing::TestServer::Change{},
                                                          make_websocket_routes(parts, options));
    server_->authenticator.add(
        "secret", {.tenant = tenant_,
                   .user = UserId::make(),
                   .permissions = {identity::Permission::chat, identity::Permission::agents_read}});
    server_->authenticator.add("other", {.tenant = TenantId::make(),
                                         .user = UserId::make(),
                                         .permissions = {identity::Permission::chat}});
    server_->authenticator.add("weak", {.tenant = tenant_, .user = UserId::make()});
  }
  // Calls begin with a flow that hands those who press 2 over to the sales.
  void lead_by_keys() {
    voice::FlowStep ask{.name = "ask",
                        .kind = voice::FlowStep::Kind::collect_slot,
                        .text = "Press.",
                        .slot = "key",
                        .slot_type = voice::SlotType::choice,
                        .choices = {{.value = "help"}, {.value = "sales"}}};
    voice::FlowStep go{.name = "go", .kind = voice::FlowStep::Kind::transfer, .target = "{key}"};
    flows_.flows = {
        {.id = voice::FlowId::make(), .begins_with = "call", .definition = {.steps = {ask, go}}}};
  }
  // Calls borrow the server's threads.
  void TearDown() override {
    if (server_) server_->server().drain(std::chrono::seconds(5));
    calls_.reset();
  }

  [[nodiscard]] std::uint16_t port() const { return server_->server().port(); }

  TenantId tenant_ = TenantId::make();
  SystemClock clock_;
  Pause pause_ = make_pause();
  Metrics metrics_;
  std::unique_ptr<Cache> cache_ = make_memory_cache({}, clock_);
  chat::FixedAgents agents_{tenant_};
  voice::LoudnessDetectors detectors_;
  voice::ScriptedRecognizer recognizer_;
  voice::ToneSynthesizer synthesizer_;
  voice::ScriptedChat chat_;
  voice::MemoryCallLog log_;
  agents::Visitors visitors_{std::string(32, 'k'), *cache_, clock_};
  OpenVisitorCalls visitor_calls_{log_};
  voice::MemoryFlows flows_;
  voice::HeldFunctions functions_;
  std::unique_ptr<http::testing::TestServer> server_;
  std::unique_ptr<voice::Calls> calls_;
};

}  // namespace aiva::realtime
