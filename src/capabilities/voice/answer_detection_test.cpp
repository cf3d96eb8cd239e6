#include "capabilities/voice/answer_detection.h"

#include <gtest/gtest.h>

#include <map>

namespace aiva::voice {
namespace {

using Kind = AnswerAction::Kind;

struct Span {
  CallMs from;
  CallMs to;
};

// What is heard of somebody who answers.
struct Scene {
  const char* name;
  std::vector<Span> voice{};
  std::map<CallMs, std::string> words{};  // of the utterance so far, from then on
  CallMs recognised_after = 150;          // a look; -1: never
  std::map<CallMs, double> beeps{};       // by their ends
  AnsweredBy who = AnsweredBy::human;
  CallMs by = 4'000;       // it is decided
  CallMs message_at = -1;  // it begins, within 200 ms; -1: never
  CallMs until = 12'000;
};

struct Outcome {
  std::optional<AnsweredBy> first{};
  CallMs decided_at = -1;
  std::optional<AnsweredBy> last{};
  CallMs message_at = -1;
  bool has_given_up = false;
  int looks = 0;
};

Outcome play(const Scene& scene) {
  constexpr int window_ms = 32;
  AnswerDetection detection;
  Outcome outcome;
  std::optional<CallMs> answer_at;
  for (CallMs now = window_ms; now <= scene.until; now += window_ms) {
    AnswerActions actions;
    bool is_voice = false;
    for (auto [from, to] : scene.voice) is_voice = is_voice || (now > from && now <= to);
    detection.hear(now, window_ms, is_voice ? 0.9 : 0.1, actions);
    for (auto [at, hertz] : scene.beeps)
      if (at > now - window_ms && at <= now) detection.beep(now, hertz, actions);
    if (answer_at && now >= *answer_at) {
      answer_at.reset();
      auto found = scene.words.upper_bound(now);
      detection.recognized(now, found == scene.words.begin() ? "" : std::prev(found)->second,
                           actions);
    }
    detection.tick(now, actions);
    for (const auto& action : actions) switch (action.kind) {
        case Kind::look:
          ++outcome.looks;
          if (scene.recognised_after >= 0) answer_at = now + scene.recognised_after;
          break;
        case Kind::decided:
          if (!outcome.first) {
            outcome.first = action.who;
            outcome.decided_at = now;
          }
          outcome.last = action.who;
          break;
        case Kind::begin_message: outcome.message_at = now; break;
        case Kind::give_up: outcome.has_given_up = true; break;
      }
  }
  return outcome;
}

class AnswerOf : public testing::TestWithParam<Scene> {};

TEST_P(AnswerOf, somebody_is_told_apart_in_time) {
  const auto& scene = GetParam();

  auto outcome = play(scene);

  ASSERT_TRUE(outcome.last);
  EXPECT_EQ(name_of(*outcome.last), name_of(scene.who));
  EXPECT_LE(outcome.decided_at, scene.by);
  if (scene.message_at < 0)
    EXPECT_EQ(outcome.message_at, -1);
  else
    EXPECT_NEAR(static_cast<double>(outcome.message_at), static_cast<double>(scene.message_at),
                200);
  EXPECT_LE(outcome.looks, 6);
}

INSTANTIATE_TEST_SUITE_P(
    Scenes, AnswerOf,
    testing::Values(
        Scene{.name = "hello", .voice = {{400, 900}}, .words = {{0, "Hello?"}}, .by = 1700},
        Scene{.name = "hello_that_is_not_recognised",
              .voice = {{400, 900}},
              .recognised_after = -1,
              .by = 2200},
        Scene{.name = "a_name_with_a_breath",
              .voice = {{300, 1100}, {1500, 2300}},
              .words = {{0, "Miller and sons,"}, {1500, "Miller and sons, Ada speaking."}},
              .by = 3100},
        Scene{.name = "a_long_greeting_of_a_person",
              .voice = {{200, 2500}},
              .words = {{0, "Good morning, bakery Schmidt, Anna speaking."}},
              .by = 3300},
        Scene{.name = "silence", .who = AnsweredBy::uncertain, .by = 1600},
        Scene{.name = "silence_then_a_person",
              .voice = {{2500, 3000}},
              .who = AnsweredBy::uncertain,
              .by = 1600},
        Scene{.name = "voicemail_by_its_length",
              .voice = {{200, 7000}},
              .words = {{0, "Hi you have reached the Smiths"}},
              .beeps = {{8000, 1000}},
              .who = AnsweredBy::machine_voicemail,
              .message_at = 8300},
        Scene{.name = "voicemail_by_words_in_a_pause",
              .voice = {{200, 1800}, {2600, 4000}},
              .words = {{0, "I can't come to the phone."}},
              .beeps = {{4700, 440}},
              .who = AnsweredBy::machine_voicemail,
              .by = 2500,
              .message_at = 5000},
        Scene{.name = "voicemail_without_a_beep",
              .voice = {{200, 5000}},
              .words = {{0, "please leave your message"}},
              .who = AnsweredBy::machine_voicemail,
              .message_at = 7500},
        Scene{.name = "voicemail_after_a_name_like_a_persons",
              .voice = {{200, 900}, {2300, 5500}},
              .words = {{0, "Ada Lovelace."}},
              .beeps = {{6300, 1400}},
              .who = AnsweredBy::machine_voicemail,
              .message_at = 6600},
        Scene{.name = "voicemail_that_is_silent_before_its_beep",
              .voice = {{200, 3500}},
              .words = {{0, "please leave your message"}},
              .beeps = {{8000, 1000}, {9500, 1000}},
              .who = AnsweredBy::machine_voicemail,
              .message_at = 8300},
        Scene{.name = "a_beep_alone",
              .beeps = {{900, 1000}},
              .who = AnsweredBy::machine_voicemail,
              .by = 1000,
              .message_at = 1200},
        Scene{.name = "a_menu",
              .voice = {{200, 2200}, {2600, 9000}},
              .words = {{0, "Welcome to Acme."}, {2600, "Welcome to Acme. For sales, press one."}},
              .who = AnsweredBy::machine_ivr,
              .by = 4000},
        Scene{.name = "a_menu_that_is_first_only_long",
              .voice = {{200, 9000}},
              .words = {{0, "thank you for calling your call is important to us"}},
              .who = AnsweredBy::machine_ivr},
        Scene{.name = "nobody_is_available",
              .voice = {{200, 2900}},
              .words = {{0, "The person you have called is not available."}},
              .who = AnsweredBy::machine_unavailable},
        Scene{.name = "no_such_number",
              .beeps = {{600, 950}, {950, 1400}, {1300, 1800}},
              .who = AnsweredBy::machine_unavailable,
              .by = 1000},
        Scene{.name = "one_tone_of_950_hertz_is_a_beep",
              .voice = {{200, 3500}},
              .words = {{0, "call me later"}},
              .beeps = {{4500, 950}},
              .who = AnsweredBy::machine_voicemail,
              .message_at = 5500}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(AnswerDetection, takes_a_person_for_one_after_fifteen_seconds_whatever_is_said) {
  AnswerDetection detection;
  AnswerActions actions;
  for (CallMs now = 32; now < 16'000; now += 32)
    detection.hear(now, 32, now > 300 && now < 800 ? 0.9 : 0.1, actions);
  ASSERT_EQ(detection.who(), AnsweredBy::human);

  detection.recognized(16'000, "I was on the answering machine.", actions);
  detection.beep(16'100, 1000, actions);

  EXPECT_EQ(detection.who(), AnsweredBy::human);
}

TEST(AnswerDetection, gives_up_on_a_machine_that_never_listens) {
  auto outcome = play({.name = "", .voice = {{0, 70'000}}, .until = 62'000});
  EXPECT_TRUE(outcome.has_given_up);
  EXPECT_EQ(outcome.message_at, -1);
}

TEST(MachineByWords, knows_what_machines_say) {
  struct Case {
    const char* words;
    const char* who;  // empty: a person may say it
  };
  for (auto [words, who] :
       {Case{"Hello?", ""},
        {"This is Ada, who is calling?", ""},
        {"Leave it to me.", ""},
        {"One moment please, I will press on.", ""},
        {"Hi! Please LEAVE a message, after the tone...", "machine_voicemail"},
        {"The customer is not available. Please leave a message.", "machine_voicemail"},
        {"The mailbox is full. Please leave a message later.", "machine_unavailable"},
        {"The number you have dialed is not in service.", "machine_unavailable"},
        {"For sales, press 1.", "machine_ivr"},
        {"Bitte hinterlassen Sie eine Nachricht nach dem Signalton.", "machine_voicemail"},
        {"Der Teilnehmer ist nicht erreichbar.", "machine_unavailable"},
        {"Drücken Sie die Eins.", "machine_ivr"}}) {
    auto found = machine_by_words(words);
    EXPECT_EQ(found ? name_of(*found) : "", who) << words;
  }
}

}  // namespace
}  // namespace aiva::voice
