#include <gmock/gmock.h>

#include "adapters/http_client/websocket_client.h"
#include "adapters/test_database/test_database.h"
#include "capabilities/functions/testing/functions_fixture.h"
#include "capabilities/voice/call_places.h"
#include "capabilities/voice/call_records.h"
#include "faces/realtime/internal/monitor_tickets.h"
#include "faces/realtime/monitor_routes.h"
#include "faces/realtime/testing/calls_fixture.h"

namespace aiva::realtime {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Finds the calls that the log announced, as rows would tell of them.
class KnownCalls final : public voice::CallRecords {
 public:
  std::optional<voice::Call> known{};

  Task<Result<voice::Call>> find(CallContext context, std::string id) override {
    if (!known || known->tenant != context.tenant || known->id.to_string() != id)
      co_return fail(ErrorCode::not_found, "No such call");
    co_return *known;
  }
  Task<Result<voice::Call>> create(CallContext, voice::RecordedCall) override {
    co_return unused();
  }
  Task<Result<voice::Call>> update(CallContext, std::string, voice::RecordedCall) override {
    co_return unused();
  }
  Task<Result<void>> add_line(CallContext, std::string, voice::TranscriptLine,
                              std::optional<UnixMs>) override {
    co_return unused();
  }
  Task<Result<voice::CallAnalytics>> analytics(CallContext, voice::AnalyticsFilter) override {
    co_return unused();
  }
  Task<Result<std::int64_t>> remove_older(CallContext, std::chrono::days) override {
    co_return unused();
  }

 private:
  static std::unexpected<Error> unused() { return fail(ErrorCode::internal, "Not used here"); }
};

class MonitorTest : public CallsFixture {
 protected:
  void SetUp() override {
    voice::CallsParts parts_of_calls{log_,        chat_,        agents_, detectors_,
                                     recognizer_, synthesizer_, metrics_};
    parts_of_calls.places = &places_;
    calls_ = voice::make_calls(parts_of_calls, {});
    RealtimeParts parts{calls_.get(), log_, agents_, *cache_, clock_, pause_};
    supervision_ = voice::make_supervision({.database = *database_,
                                            .audit_log = audit_,
                                            .log = log_,
                                            .records = records_,
                                            .calls = calls_.get()});
    auto routes = make_websocket_routes(parts);
    for (auto& route :
         make_monitor_routes({.supervision = *supervision_, .cache = *cache_, .pause = pause_}))
      routes.push_back(std::move(route));
    server_ = std::make_unique<http::testing::TestServer>(
        make_key_routes(parts), http::testing::TestServer::Change{[](http::ServerOptions& options) {
          options.threads = 2;
        }},
        std::move(routes));
    using identity::Permission;
    add("secret", tenant_, {Permission::chat, Permission::agents_read, Permission::agents_write});
    add("reader", tenant_, {Permission::agents_read});
    add("weak", tenant_, {Permission::chat});
    add("other", TenantId::make(), {Permission::agents_read, Permission::agents_write});
    caller_ = std::make_unique<Client>(port());
  }
  void TearDown() override {
    if (other_) other_->server().drain(std::chrono::seconds(5));
    other_.reset();
    sockets_.reset();
    caller_.reset();
    CallsFixture::TearDown();
  }
  void add(std::string secret, TenantId tenant, identity::PermissionSet permissions) {
    server_->authenticator.add(
        secret, {.tenant = tenant, .permissions = permissions, .name = "The " + secret});
  }

  // A call of a Realtime client, as far as its greeting.
  void dial() {
    EXPECT_FALSE(caller_->open("/realtime/guide", bearer));
    caller_->send(R"({"type":"session.update","session":{"type":"realtime","audio":{)"
                  R"("input":{"format":{"type":"audio/pcmu"}},)"
                  R"("output":{"format":{"type":"audio/pcmu"}}}}})");
    for (std::string event; !event.contains("response.done");) event = caller_->receive();
    voice::Call call = *log_.announced;
    call.status = "in_progress";
    records_.known = call;
  }
  // Another process of the installation, in which no calls go on.
  void open_other() {
    other_supervision_ = voice::make_supervision({.database = *database_,
                                                  .audit_log = audit_,
                                                  .log = log_,
                                                  .records = records_,
                                                  .places = &no_places_});
    sockets_ = std::move(*make_websocket_client());
    other_ = std::make_unique<http::testing::TestServer>(
        std::vector<http::Route>{}, http::testing::TestServer::Change{},
        make_monitor_routes({.supervision = *other_supervision_,
                             .cache = *cache_,
                             .pause = pause_,
                             .sockets = sockets_.get()}));
    using identity::Permission;
    other_->authenticator.add("secret",
                              {.tenant = tenant_,
                               .permissions = {Permission::agents_read, Permission::agents_write},
                               .name = "The other secret"});
    other_->authenticator.add("reader",
                              {.tenant = tenant_, .permissions = {Permission::agents_read}});
  }
  // As a process tells that knows its address.
  void tell_place() {
    voice::CallPlaces places(*cache_, "http://127.0.0.1:" + std::to_string(port()) + "/",
                             std::chrono::minutes(1));
    sync_wait(places.note({}, records_.known->id));
  }
  [[nodiscard]] std::string target() const {
    return "/api/calls/" + records_.known->id.to_string() + "/monitor";
  }
  int status_of(const std::string& target, const std::string& secret) {
    auto client = server_->connect();
    client.send(http::testing::TestRequest{
        .target = target,
        .headers = {"Connection: upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                    "Authorization: Bearer " + secret}}
                    .text());
    auto response = client.read_response(false);
    return response ? response->status : 0;
  }
  // The next message that holds that.
  static std::string next(Client& client, const std::string& what) {
    for (;;) {
      auto message = client.receive();
      if (message.contains(what) || message.starts_with("closed")) return message;
    }
  }

  TestDatabase database_;
  functions::ListedAudit audit_;
  KnownCalls records_;
  voice::CallPlaces places_{*cache_, "http://127.0.0.1:1", std::chrono::minutes(1)};
  voice::CallPlaces no_places_{*cache_, "", std::chrono::minutes(1)};
  std::unique_ptr<voice::Supervision> supervision_;
  std::unique_ptr<voice::Supervision> other_supervision_;
  std::unique_ptr<WebSocketClient> sockets_;
  std::unique_ptr<http::testing::TestServer> other_;
  std::unique_ptr<Client> caller_;
};

TEST_F(MonitorTest, is_open_to_those_who_may_read_calls_of_the_tenant) {
  dial();
  EXPECT_EQ(status_of(target(), "wrong"), 401);
  EXPECT_EQ(status_of(target(), "weak"), 403);
  EXPECT_EQ(status_of(target(), "other"), 404);
  EXPECT_EQ(status_of("/api/calls/" + voice::CallId::make().to_string() + "/monitor", "secret"),
            404);
  EXPECT_EQ(status_of(target(), "reader"), 101);
  records_.known->status = "completed";
  EXPECT_EQ(status_of(target(), "secret"), 409);
  records_.known->status = "announced";
  EXPECT_EQ(status_of(target(), "secret"), 409);
  records_.known->status = "in_progress";
  records_.known->id = voice::CallId::make();  // as another process may carry it
  EXPECT_EQ(status_of(target(), "secret"), 409);
}

TEST_F(MonitorTest, shows_what_happens_and_writes_down_who_looks) {
  dial();
  Client monitor(port());
  ASSERT_FALSE(monitor.open(target(), bearer));
  EXPECT_THAT(monitor.receive(),
              AllOf(HasSubstr(R"("type":"state")"), HasSubstr(R"("taken_over_by":null)"),
                    HasSubstr(R"("followers":1)")));
  ASSERT_EQ(audit_.entries.size(), 1U);
  EXPECT_EQ(audit_.entries.at(0).action, "call.monitored");

  monitor.send(R"({"type":"say","text":"Somebody will call you back."})");
  auto line = next(monitor, R"("type":"line")");
  EXPECT_THAT(line, HasSubstr("Somebody will call you back."));
  EXPECT_THAT(line, HasSubstr("first_audio_ms"));
  EXPECT_EQ(audit_.entries.back().action, "call.spoken_for");
  monitor.send(R"({"type":"hang_up"})");
  EXPECT_THAT(next(monitor, R"("type":"over")"), HasSubstr("agent_hung_up"));
  EXPECT_EQ(next(monitor, "closed"), "closed 1000");
}

TEST_F(MonitorTest, lets_a_person_speak_to_the_caller) {
  dial();
  Client monitor(port());
  ASSERT_FALSE(monitor.open(target(), bearer));
  monitor.send(R"({"type":"take_over","rate":8000})");
  EXPECT_THAT(next(monitor, "taken_over_by\":\"The"), HasSubstr("The secret"));
  for (int i = 0; i < 10; ++i) monitor.send(std::string(320, '\x10'), true);
  auto heard = next(*caller_, "response.output_audio.delta");
  EXPECT_THAT(heard, HasSubstr("delta"));
  monitor.send(R"({"type":"hand_back"})");
  next(monitor, R"("taken_over_by":null)");
  EXPECT_EQ(audit_.entries.back().action, "call.handed_back");
}

TEST_F(MonitorTest, refuses_what_it_does_not_understand_or_allow) {
  dial();
  Client monitor(port());
  ASSERT_FALSE(monitor.open(target(), "Bearer reader"));
  for (const auto* command : {R"({"type":"say","text":"Hello"})", R"({"type":"take_over"})",
                              R"({"type":"whisper","text":"x"})", R"({"type":"hang_up"})"}) {
    monitor.send(command);
    EXPECT_THAT(next(monitor, R"("type":"error")"), HasSubstr(R"("code":"forbidden")")) << command;
  }
  for (const auto* command :
       {"nonsense", "[]", R"({"type":"dance"})", R"({"type":"listen","rate":11025})",
        R"({"type":"listen","encoding":"mp3"})", R"({"type":"listen","channels":3})",
        R"({"type":"audio","audio":"?"})"}) {
    monitor.send(command);
    EXPECT_THAT(next(monitor, R"("type":"error")"), HasSubstr(R"("code":"invalid")")) << command;
  }
  EXPECT_EQ(audit_.entries.size(), 1U);
}

TEST_F(MonitorTest, lets_several_listen_each_as_they_like) {
  dial();
  Client binary(port());
  Client text(port());
  ASSERT_FALSE(binary.open(target(), bearer));
  ASSERT_FALSE(text.open(target(), "Bearer reader"));
  next(binary, R"("followers":2)");
  binary.send(R"({"type":"listen","rate":16000,"channels":2})");
  text.send(R"({"type":"listen","encoding":"base64"})");
  std::string sound;
  while (sound.size() < 16'000 * 4 / 5) {
    auto piece = binary.receive();
    if (!piece.starts_with("{")) sound += piece;
  }
  EXPECT_EQ(sound.size() % 4, 0U);
  EXPECT_THAT(next(text, R"("type":"audio")"), HasSubstr(R"("at_ms":)"));
  text.send(R"({"type":"stop_listening"})");
  text.close();
  EXPECT_THAT(next(binary, R"("followers":1)"), HasSubstr("state"));
}

TEST_F(MonitorTest, is_opened_on_any_process_wherever_the_call_goes_on) {
  dial();
  tell_place();
  open_other();
  Client monitor(other_->server().port());
  ASSERT_FALSE(monitor.open(target(), bearer));
  EXPECT_THAT(monitor.receive(), HasSubstr(R"("followers":1)"));
  ASSERT_EQ(audit_.entries.size(), 1U);
  EXPECT_EQ(audit_.entries.at(0).action, "call.monitored");
  EXPECT_EQ(audit_.entries.at(0).tenant, tenant_);

  monitor.send(R"({"type":"take_over","rate":8000})");
  EXPECT_THAT(next(monitor, "taken_over_by\":\"The"), HasSubstr("The other secret"));
  for (int i = 0; i < 10; ++i) monitor.send(std::string(320, '\x10'), true);
  EXPECT_THAT(next(*caller_, "response.output_audio.delta"), HasSubstr("delta"));
  monitor.send(R"({"type":"hand_back"})");
  next(monitor, R"("taken_over_by":null)");
  monitor.send(R"({"type":"listen"})");
  for (std::string piece = "{"; piece.starts_with("{");) {
    piece = monitor.receive();
    ASSERT_FALSE(piece.starts_with("closed")) << piece;
  }
  monitor.send(R"({"type":"hang_up"})");
  EXPECT_THAT(next(monitor, R"("type":"over")"), HasSubstr("agent_hung_up"));
  EXPECT_EQ(next(monitor, "closed"), "closed 1000");
}

TEST_F(MonitorTest, allows_no_more_by_way_of_another_process) {
  dial();
  tell_place();
  open_other();
  Client reader(other_->server().port());
  ASSERT_FALSE(reader.open(target(), "Bearer reader"));
  reader.send(R"({"type":"hang_up"})");
  EXPECT_THAT(next(reader, R"("type":"error")"), HasSubstr(R"("code":"forbidden")"));

  // Whoever goes away on one process is gone on the other.
  Client second(port());
  ASSERT_FALSE(second.open(target(), bearer));
  next(second, R"("followers":2)");
  reader.vanish();
  EXPECT_THAT(next(second, R"("followers":1)"), HasSubstr("state"));
}

TEST_F(MonitorTest, says_when_the_process_of_a_call_cannot_be_reached) {
  dial();  // where it goes on was told when it began, but nobody is there
  open_other();
  Client monitor(other_->server().port());
  ASSERT_FALSE(monitor.open(target(), bearer));
  EXPECT_THAT(monitor.receive(),
              AllOf(HasSubstr(R"("type":"error")"), HasSubstr(R"("code":"unavailable")")));
  EXPECT_EQ(monitor.receive(), "closed 1013");
}

TEST_F(MonitorTest, takes_a_ticket_once_and_for_its_call_only) {
  dial();
  auto who = std::make_shared<identity::Principal>();
  who->tenant = tenant_;
  who->name = "Ada";
  MonitorTickets tickets(*cache_);
  MonitorTicket ticket{.call = records_.known->id, .caller = {.principal = who}};
  auto secret = sync_wait(tickets.issue({}, ticket));
  ticket.call = voice::CallId::make();
  auto of_another = sync_wait(tickets.issue({}, ticket));
  ASSERT_TRUE(secret && of_another);
  EXPECT_EQ(status_of(target() + "/relayed", "secret"), 401);
  EXPECT_EQ(status_of(target() + "/relayed", "mt_wrong"), 401);
  EXPECT_EQ(status_of(target() + "/relayed", *of_another), 401);

  Client first(port());
  ASSERT_FALSE(first.open(target() + "/relayed", "Bearer " + *secret));
  EXPECT_THAT(first.receive(), HasSubstr(R"("followers":1)"));
  Client again(port());
  ASSERT_FALSE(again.open(target() + "/relayed", "Bearer " + *secret));
  EXPECT_EQ(again.receive(), "closed 1008");
}

}  // namespace
}  // namespace aiva::realtime
