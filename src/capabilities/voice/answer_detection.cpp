#include "capabilities/voice/answer_detection.h"

#include <array>
#include <utility>

namespace aiva::voice {
namespace {

using Kind = AnswerAction::Kind;

// Special information tones (ITU-T E.180): 950, 1400 and 1800 Hz, a third of a second each.
constexpr double first_tone_min = 913;
constexpr double first_tone_max = 986;
constexpr double second_tone_min = 1370;
constexpr double second_tone_max = 1429;
constexpr int between_tones_ms_max = 700;

struct Saying {
  std::string_view words;
  AnsweredBy who;
};

// The first that occurs decides: a full mailbox takes no message, and whoever takes one may say
// before that nobody is available.
constexpr auto sayings = std::to_array<Saying>({
    {"mailbox is full", AnsweredBy::machine_unavailable},
    {"mailbox full", AnsweredBy::machine_unavailable},
    {"not been set up", AnsweredBy::machine_unavailable},
    {"mailbox ist voll", AnsweredBy::machine_unavailable},
    {"leave a message", AnsweredBy::machine_voicemail},
    {"leave me a message", AnsweredBy::machine_voicemail},
    {"leave your message", AnsweredBy::machine_voicemail},
    {"leave a brief message", AnsweredBy::machine_voicemail},
    {"leave your name", AnsweredBy::machine_voicemail},
    {"record your message", AnsweredBy::machine_voicemail},
    {"after the tone", AnsweredBy::machine_voicemail},
    {"after the beep", AnsweredBy::machine_voicemail},
    {"at the tone", AnsweredBy::machine_voicemail},
    {"at the beep", AnsweredBy::machine_voicemail},
    {"voicemail", AnsweredBy::machine_voicemail},
    {"voice mail", AnsweredBy::machine_voicemail},
    {"answering machine", AnsweredBy::machine_voicemail},
    {"answering service", AnsweredBy::machine_voicemail},
    {"come to the phone", AnsweredBy::machine_voicemail},
    {"take your call right now", AnsweredBy::machine_voicemail},
    {"unable to take your call", AnsweredBy::machine_voicemail},
    {"get back to you as soon", AnsweredBy::machine_voicemail},
    {"nachricht nach dem", AnsweredBy::machine_voicemail},
    {"hinterlassen sie", AnsweredBy::machine_voicemail},
    {"nach dem signalton", AnsweredBy::machine_voicemail},
    {"nach dem piepton", AnsweredBy::machine_voicemail},
    {"nach dem ton", AnsweredBy::machine_voicemail},
    {"anrufbeantworter", AnsweredBy::machine_voicemail},
    {"mailbox", AnsweredBy::machine_voicemail},
    {"press one", AnsweredBy::machine_ivr},
    {"press 1", AnsweredBy::machine_ivr},
    {"press two", AnsweredBy::machine_ivr},
    {"press 2", AnsweredBy::machine_ivr},
    {"press zero", AnsweredBy::machine_ivr},
    {"press the pound", AnsweredBy::machine_ivr},
    {"main menu", AnsweredBy::machine_ivr},
    {"following options", AnsweredBy::machine_ivr},
    {"menu options", AnsweredBy::machine_ivr},
    {"your party s extension", AnsweredBy::machine_ivr},
    {"your call is important", AnsweredBy::machine_ivr},
    {"calls may be recorded", AnsweredBy::machine_ivr},
    {"call may be recorded", AnsweredBy::machine_ivr},
    {"druecken sie", AnsweredBy::machine_ivr},
    {"drücken sie", AnsweredBy::machine_ivr},
    {"waehlen sie", AnsweredBy::machine_ivr},
    {"wählen sie", AnsweredBy::machine_ivr},
    {"is not available", AnsweredBy::machine_unavailable},
    {"is unavailable", AnsweredBy::machine_unavailable},
    {"are not available", AnsweredBy::machine_unavailable},
    {"not in service", AnsweredBy::machine_unavailable},
    {"been disconnected", AnsweredBy::machine_unavailable},
    {"cannot be reached", AnsweredBy::machine_unavailable},
    {"cannot be completed", AnsweredBy::machine_unavailable},
    {"number you have dialed", AnsweredBy::machine_unavailable},
    {"number you have dialled", AnsweredBy::machine_unavailable},
    {"not accepting calls", AnsweredBy::machine_unavailable},
    {"nicht erreichbar", AnsweredBy::machine_unavailable},
    {"kein anschluss", AnsweredBy::machine_unavailable},
    {"nicht vergeben", AnsweredBy::machine_unavailable},
});

// Lower-case words with one blank between and around them; other alphabets as they are.
std::string plain(std::string_view words) {
  std::string text = " ";
  for (char c : words) {
    bool is_upper = c >= 'A' && c <= 'Z';
    bool is_letter = is_upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                     static_cast<unsigned char>(c) >= 0x80;
    if (is_letter)
      text += is_upper ? static_cast<char>(c + ('a' - 'A')) : c;
    else if (text.back() != ' ')
      text += ' ';
  }
  return text + " ";
}

}  // namespace

std::string_view name_of(AnsweredBy who) {
  switch (who) {
    case AnsweredBy::human: return "human";
    case AnsweredBy::machine_voicemail: return "machine_voicemail";
    case AnsweredBy::machine_ivr: return "machine_ivr";
    case AnsweredBy::machine_unavailable: return "machine_unavailable";
    case AnsweredBy::uncertain: return "uncertain";
  }
  return "";
}

std::optional<AnsweredBy> machine_by_words(std::string_view words) {
  auto text = plain(words);
  for (const auto& [said, who] : sayings)
    if (text.contains(said)) return who;
  return std::nullopt;
}

void AnswerDetection::decide(AnsweredBy who, AnswerActions& actions) {
  if (who_ == who) return;
  who_ = who;
  actions.push_back({.kind = Kind::decided, .who = who});
}

void AnswerDetection::look(AnswerActions& actions) {
  if (look_ != Look::none) return;
  look_ = Look::asked;
  actions.push_back({.kind = Kind::look});
}

bool AnswerDetection::may_correct(CallMs now) const {
  return !who_ || is_machine(*who_) || now <= settings_.correct_ms_max;
}

// A person said so far no longer counts.
void AnswerDetection::prove(CallMs now, AnsweredBy machine, AnswerActions& actions) {
  if (!may_correct(now)) return;
  // A machine that was recognised by its length alone may yet say what it is, but one that takes a
  // message says "not available" as well.
  bool is_settled = who_ && is_machine(*who_) && *who_ != AnsweredBy::machine_voicemail;
  if (is_settled && machine != AnsweredBy::machine_voicemail) return;
  decide(machine, actions);
}

void AnswerDetection::hear(CallMs now, int ms, double probability, AnswerActions& actions) {
  if (probability >= settings_.voice_threshold) {
    if (!first_voice_) first_voice_ = now - ms;
    if (last_voice_ == 0 || now - last_voice_ > settings_.gap_ms) run_since_ = now - ms;
    // What was recognised in a silence is no longer all; what is asked for in the middle of speech
    // is not asked for again and again.
    bool was_silent = now - last_voice_ > settings_.look_ms;
    last_voice_ = now;
    if (was_silent) look_ = Look::none;
  }
  tick(now, actions);
}

void AnswerDetection::tick(CallMs now, AnswerActions& actions) {
  if (first_tone_ && now - *first_tone_ > between_tones_ms_max) {
    first_tone_.reset();  // it was a beep like any other
    beeped_at_ = now;
    prove(now, AnsweredBy::machine_voicemail, actions);
  }
  if (!who_) consider(now, actions);
  if (who_ == AnsweredBy::machine_voicemail) await_message(now, actions);
}

void AnswerDetection::consider(CallMs now, AnswerActions& actions) {
  if (!first_voice_) {
    if (now >= settings_.first_word_ms) decide(AnsweredBy::uncertain, actions);
    return;
  }
  auto silence = now - last_voice_;
  auto unbroken = last_voice_ - run_since_;
  bool is_speaking = silence <= settings_.gap_ms;
  if (is_speaking && unbroken >= settings_.early_look_ms) look(actions);
  if (unbroken >= settings_.unbroken_ms) return decide(AnsweredBy::machine_voicemail, actions);
  if (silence >= settings_.look_ms) look(actions);
  bool is_known = look_ == Look::answered;
  if (silence >= (is_known ? settings_.pause_ms : settings_.patience_ms))
    return decide(AnsweredBy::human, actions);
  if (now < settings_.decide_ms_max) return;
  // Whoever still speaks after a pause says more than a greeting, but perhaps not more than a name.
  decide(is_speaking ? AnsweredBy::uncertain : AnsweredBy::human, actions);
}

void AnswerDetection::recognized(CallMs now, std::string_view words, AnswerActions& actions) {
  if (look_ == Look::asked) look_ = Look::answered;
  if (auto machine = machine_by_words(words)) prove(now, *machine, actions);
  tick(now, actions);
}

void AnswerDetection::beep(CallMs now, double hertz, AnswerActions& actions) {
  if (first_tone_ && hertz >= second_tone_min && hertz <= second_tone_max) {
    first_tone_.reset();
    if (may_correct(now)) decide(AnsweredBy::machine_unavailable, actions);
    return;
  }
  if (hertz >= first_tone_min && hertz <= first_tone_max) {
    first_tone_ = now;
    return;
  }
  beeped_at_ = now;
  // It was silent before its beep for long enough to be spoken to: nothing of that is kept.
  if (is_message_over_ && !has_waited_for_beep_) is_message_over_ = false;
  if (!who_ || *who_ != AnsweredBy::machine_unavailable)
    prove(now, AnsweredBy::machine_voicemail, actions);
  tick(now, actions);
}

void AnswerDetection::await_message(CallMs now, AnswerActions& actions) {
  if (is_message_over_) return;
  bool has_beeped = beeped_at_ && now - *beeped_at_ >= settings_.after_beep_ms;
  bool is_silent = !beeped_at_ && !first_tone_ && now - last_voice_ >= settings_.silence_ms;
  if (has_beeped || is_silent) {
    is_message_over_ = true;
    has_waited_for_beep_ = has_beeped;
    actions.push_back({.kind = Kind::begin_message});
  } else if (now >= settings_.message_wait_ms_max) {
    is_message_over_ = true;
    actions.push_back({.kind = Kind::give_up});
  }
}

}  // namespace aiva::voice
