#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/http_client/websocket_client.h"
#include "adapters/openai_realtime/openai_realtime.h"
#include "ports/testing/emulated_provider.h"

namespace aiva {
namespace {

using testing::HasSubstr;
using testing::Not;
using Kind = RealtimeEvent::Kind;

// What happened until an answer ended, or the session did.
struct Course {
  std::string kinds{};  // s(tarted) e(nded) speech, u(ser), b(egan), a(udio), w(ords), f(unction),
                        // d(one), x (answer refused), ! (refused)
  std::string user{};
  std::string words{};
  std::size_t audio_bytes = 0;
  std::string item{};
  std::string answer{};
  std::vector<ToolCall> calls{};
  RealtimeUsage usage{};
  bool is_cancelled = false;
  bool is_over = false;
  std::optional<Error> failure{};
};

class RealtimeEmulator : public EmulatedProvider {
 protected:
  RealtimeEmulator() : EmulatedProvider("tests/emulators/openai_realtime.mjs", "sk-test") {}

  Result<std::unique_ptr<RealtimeSession>> try_open(RealtimeSettings settings = {}) {
    model_ = make_openai_realtime_model(
        {.base_url = emulator_->url("/v1"), .api_key = key_, .warm_sockets = warm_sockets_},
        *sockets_);
    return sync_wait(model_->open(within(10), std::move(settings)));
  }
  std::unique_ptr<RealtimeSession> open(RealtimeSettings settings = {}) {
    coding_ = settings.coding;
    auto session = try_open(std::move(settings));
    if (!session) ADD_FAILURE() << session.error().message << " " << session.error().cause;
    AIVA_ASSERT(session.has_value());
    return *std::move(session);
  }
  static CallContext within(int seconds) {
    return {.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds)};
  }
  void script(const std::string& script) { control("POST", "/_script", script); }

  void hear(RealtimeSession& session, int ms, bool is_loud) {
    bool is_linear = coding_ == RealtimeCoding::pcm24k;
    char silent = is_linear ? '\0' : coding_ == RealtimeCoding::pcmu ? '\xff' : '\xd5';
    std::string frame(20 * bytes_per_ms(coding_), is_loud ? '\x20' : silent);
    for (; ms > 0; ms -= 20) EXPECT_TRUE(session.hear(frame));
  }
  void ask(RealtimeSession& session) {
    hear(session, 400, true);
    hear(session, 600, false);
  }

  static Course follow(RealtimeSession& session, Kind until = Kind::answer_ended) {
    Course course;
    while (true) {
      auto event = sync_wait(session.next(within(10)));
      if (!event) course.failure = event.error();
      course.is_over = event && !*event;
      if (!event || !*event) return course;
      note(**event, course);
      if ((*event)->kind == until) return course;
    }
  }
  static void note(const RealtimeEvent& event, Course& course) {
    constexpr std::string_view letters = "seubawfdx!o";
    auto letter = letters[static_cast<std::size_t>(event.kind)];
    if (!course.kinds.ends_with(letter)) course.kinds += letter;
    if (event.kind == Kind::user_words) course.user += event.text;
    if (event.kind == Kind::words) course.words += event.text;
    if (event.kind == Kind::audio) {
      course.audio_bytes += event.bytes.size();
      course.item = event.item;
    }
    if (event.kind == Kind::answer_began) course.answer = event.answer;
    if (event.kind == Kind::tool_call) course.calls.push_back(event.call);
    if (event.kind != Kind::answer_ended) return;
    course.usage = event.usage;
    course.is_cancelled = event.is_cancelled;
    course.failure = event.failure;
  }

  std::size_t warm_sockets_ = 0;
  RealtimeCoding coding_ = RealtimeCoding::pcmu;
  std::unique_ptr<WebSocketClient> sockets_ = std::move(*make_websocket_client());
  std::unique_ptr<RealtimeModel> model_;
};

TEST_F(RealtimeEmulator, hears_a_question_and_answers_it_in_every_format) {
  for (auto coding : {RealtimeCoding::pcmu, RealtimeCoding::pcma, RealtimeCoding::pcm24k}) {
    script(R"({"turns":[{"hears":"How long?","says":"Two years."}]})");
    auto session = open({.voice = "marin", .language = "en", .coding = coding});

    ask(*session);
    auto course = follow(*session);

    EXPECT_THAT(course.kinds, testing::StartsWith("seub"));
    EXPECT_EQ(course.user, "How long?");
    EXPECT_EQ(course.words, "Two years.");
    EXPECT_EQ(course.audio_bytes, 500U * bytes_per_ms(coding));
    EXPECT_EQ(course.usage.audio_in, 10);
    EXPECT_EQ(course.usage.audio_out, 10);
    EXPECT_GT(course.usage.text_in, 0);
  }
  EXPECT_THAT(control("GET", "/_events", ""), Not(HasSubstr("refused")));
}

TEST_F(RealtimeEmulator, calls_functions_and_answers_with_their_results) {
  script(R"({"turns":[{"says":"It is shipped.","calls":[)"
         R"({"name":"find","arguments":{"id":1}},{"name":"find"}]}]})");
  auto session = open({.tools = {{.name = "find", .parameters = R"({"type":"object"})"}}});
  ask(*session);
  auto asked = follow(*session);
  ASSERT_EQ(asked.calls.size(), 2U);
  EXPECT_EQ(asked.calls[0].arguments, R"({"id":1})");

  for (const auto& call : asked.calls) session->add_result(call.id, R"({"state":"shipped"})");
  session->answer({});
  EXPECT_EQ(follow(*session).words, "It is shipped.");

  session->add_result("call_nobody_made", "{}");
  EXPECT_THAT(follow(*session, Kind::refused).kinds, "!");
}

TEST_F(RealtimeEmulator, stops_when_it_is_interrupted_and_is_told_what_was_heard) {
  script(R"({"pace_ms":5,"turns":[{"says":)"
         R"("A long story that nobody wants to hear to its end, ever."}]})");
  cause(R"({"kind":"late_deltas","deltas":3})");
  auto session = open();
  ask(*session);
  auto began = follow(*session, Kind::audio);

  hear(*session, 100, true);
  auto course = follow(*session);
  EXPECT_TRUE(course.is_cancelled);
  auto received_ms = static_cast<std::int64_t>(began.audio_bytes + course.audio_bytes) / 8;
  session->truncate(began.item, 0);
  session->truncate(began.item, received_ms);
  session->cancel(began.answer);
  session->truncate(began.item, received_ms + 100'000);

  // Late audio comes, harmless refusals do not.
  auto after = follow(*session, Kind::refused);
  EXPECT_THAT(after.kinds, testing::AnyOf("a!", "!"));
}

TEST_F(RealtimeEmulator, is_told_to_ask_again_while_an_answer_is_given) {
  script(R"({"pace_ms":5})");
  auto session = open();
  session->answer("Say \"Good morning, this is the library.\"");
  session->answer("Say \"Again\"");

  auto course = follow(*session);
  EXPECT_THAT(course.kinds, HasSubstr("x"));
  EXPECT_EQ(course.words, "Good morning, this is the library.");
  session->answer("Say \"Again\"");
  EXPECT_EQ(follow(*session).words, "Again");
}

TEST_F(RealtimeEmulator, leaves_turns_to_the_client_when_it_is_asked_to) {
  script(R"({"turns":[{"says":"Yes."},{"says":"No."}]})");
  auto session = open({.takes_turns = false});
  ask(*session);
  session->commit();
  session->answer({});
  EXPECT_EQ(follow(*session).words, "Yes.");

  session->add_words(ChatRole::user, "And now?");
  session->answer({});
  EXPECT_EQ(follow(*session).words, "No.");
}

TEST_F(RealtimeEmulator, notices_every_way_a_session_ends) {
  auto end = [this](const std::string& fault) {
    cause(fault);
    auto session = open();
    session->answer("Say \"Something that is long enough to be cut\"");
    return follow(*session);
  };

  EXPECT_EQ(end(R"({"kind":"cut","after_deltas":2})").failure->code, ErrorCode::unavailable);
  EXPECT_TRUE(end(R"({"kind":"expire","after_deltas":2})").is_over);
  EXPECT_EQ(end(R"({"kind":"fail"})").failure->code, ErrorCode::unavailable);
  EXPECT_EQ(end(R"({"kind":"error","code":"session_expired"})").failure->code,
            ErrorCode::unavailable);
  auto problem = end(R"({"kind":"error","code":"server_error"})");
  EXPECT_THAT(problem.kinds, HasSubstr("!"));
  EXPECT_FALSE(problem.failure.has_value());
}

TEST_F(RealtimeEmulator, says_why_there_is_no_session) {
  auto message = [this](RealtimeSettings settings = {}) {
    auto session = try_open(std::move(settings));
    return session ? "open" : session.error().message;
  };

  cause(R"({"kind":"refuse","status":429,"retry_after_s":3})");
  EXPECT_EQ(message(), "The model provider is overloaded");
  EXPECT_EQ(message({.model = "gpt-4o"}), "The model provider does not know the model");
  EXPECT_EQ(message({.voice = "nobody"}), "The model provider refuses the request");
  key_ = "sk-wrong";
  EXPECT_EQ(message(), "The model provider refuses our key");
}

TEST_F(RealtimeEmulator, takes_warm_connections_and_replaces_those_that_ended) {
  warm_sockets_ = 1;
  auto session = open();
  session.reset();
  control("POST", "/_end", R"({"code":1001,"reason":"an hour"})");

  auto again = sync_wait(model_->open(within(10), {}));

  ASSERT_TRUE(again.has_value()) << again.error().cause;
  (*again)->answer("Say \"Hi\"");
  EXPECT_EQ(follow(**again).words, "Hi");
}

}  // namespace
}  // namespace aiva
