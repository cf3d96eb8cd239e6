#include "capabilities/voice/turn_taking.h"

#include <algorithm>
#include <utility>

#include "capabilities/voice/spoken_words.h"

namespace aiva::voice {

using Kind = TurnAction::Kind;

namespace {

// Words are noticed so long after they began.
constexpr int word_delay_ms = 600;

}  // namespace

bool TurnTaking::counts_as_voice(CallMs now, double probability) const {
  if (agent_ != Agent::speaking || is_paused_) return probability >= settings_.voice_threshold;
  auto wanted = std::max(settings_.voice_threshold, settings_.speaking_threshold);
  if (now - agent_since_ < settings_.echo_guard_ms) wanted = (1 + wanted) / 2;
  return probability >= wanted;
}

bool TurnTaking::may_be_heard() const {
  if (is_held_) return false;
  return agent_ == Agent::silent || !is_greeting_ || settings_.may_interrupt_greeting;
}

int TurnTaking::silence_wanted() const {
  if (look_ != Look::answered) return settings_.silence_ms;
  if (looks_unfinished(words_)) return std::max(settings_.silence_ms, settings_.silence_ms_max);
  if (words_.ends_with('?')) return std::min(settings_.silence_ms, settings_.silence_ms_min);
  return settings_.silence_ms;
}

void TurnTaking::hear(CallMs now, int ms, double probability, TurnActions& actions) {
  if (!may_be_heard()) {
    run_ms_ = 0;
    return;
  }
  if (counts_as_voice(now, probability)) {
    hear_voice(now, ms, actions);
  } else {
    run_ms_ = std::max(0, run_ms_ - 2 * ms);
  }
  if (caller_ == Caller::speaking) wait_for_end(now, actions);
}

void TurnTaking::hear_voice(CallMs now, int ms, TurnActions& actions) {
  last_voice_ = now;
  run_ms_ += ms;
  if (caller_ == Caller::silent) {
    if (run_ms_ < settings_.start_ms) return;
    begin_utterance(now, run_ms_, actions);
    voiced_ms_ = run_ms_;
  } else {
    voiced_ms_ += ms;
    look_ = Look::none;  // what was recognised is no longer all of it
  }
  if (agent_ != Agent::silent && voiced_ms_ >= settings_.interruption_ms) interrupt(now, actions);
}

void TurnTaking::begin_utterance(CallMs now, int kept_ms, TurnActions& actions) {
  caller_ = Caller::speaking;
  began_ = now - kept_ms;
  voiced_ms_ = 0;
  words_.clear();
  look_ = Look::none;
  actions.push_back({.kind = Kind::begin_utterance, .ms = settings_.prefix_ms + kept_ms});
  if (agent_ == Agent::speaking && !is_paused_) {
    is_paused_ = true;
    actions.push_back({Kind::pause_speech});
  }
}

void TurnTaking::wait_for_end(CallMs now, TurnActions& actions) {
  auto silence = now - last_voice_;
  if (now - began_ >= settings_.utterance_ms_max) return end_utterance(now, actions);
  if (are_turns_left_) return wait_for_recognizer(now, actions);
  if (look_ == Look::none && silence >= settings_.speculate_ms) {
    look_ = Look::asked;
    actions.push_back({Kind::look_at_utterance});
  }
  if (silence < silence_wanted()) return;
  // A recogniser that is slow gets as long as the longest silence.
  if (look_ == Look::asked && silence < settings_.silence_ms_max) return;
  end_utterance(now, actions);
}

void TurnTaking::wait_for_recognizer(CallMs now, TurnActions& actions) {
  auto silence = now - last_voice_;
  if (look_ == Look::answered) {  // the end is expected
    if (silence >= silence_wanted()) end_utterance(now, actions);
  } else if (words_.empty()) {
    if (silence < settings_.silence_ms_max) return;
    look_ = Look::answered;  // noise
    end_utterance(now, actions);
  } else if (now - std::max(last_voice_, last_words_) >= settings_.words_late_ms) {
    end_utterance(now, actions);
  }
}

void TurnTaking::end_utterance(CallMs now, TurnActions& actions) {
  caller_ = Caller::silent;
  run_ms_ = 0;
  quiet_since_ = now;
  bool is_empty = look_ == Look::answered && words_.empty();
  bool is_asked = expected_ && expected_->timeout_ms > 0;  // "yes" is an answer then
  if (is_empty || (is_paused_ && !is_asked && is_backchannel(words_))) {
    actions.push_back({Kind::drop_utterance});
    resume(now, actions);
    return;
  }
  interrupt(now, actions);
  prompts_ = 0;
  actions.push_back({Kind::take_turn});
}

void TurnTaking::interrupt(CallMs now, TurnActions& actions) {
  if (agent_ == Agent::silent) return;
  agent_ = Agent::silent;
  agent_since_ = now;
  is_greeting_ = false;
  is_paused_ = false;
  actions.push_back({Kind::stop_speech});
}

void TurnTaking::resume(CallMs now, TurnActions& actions) {
  if (!is_paused_) return;
  is_paused_ = false;
  agent_since_ = now;
  actions.push_back({Kind::resume_speech});
}

void TurnTaking::recognized(CallMs now, std::string_view words, TurnActions& actions) {
  if (caller_ != Caller::speaking || look_ != Look::asked) return;
  look_ = Look::answered;
  words_ = words;
  interrupt_by_words(now, actions);
  wait_for_end(now, actions);
}

void TurnTaking::interrupt_by_words(CallMs now, TurnActions& actions) {
  if (is_paused_ && !is_backchannel(words_) && count_words(words_) >= settings_.interruption_words)
    interrupt(now, actions);
}

void TurnTaking::hear_words(CallMs now, std::string_view words, TurnActions& actions) {
  if (caller_ != Caller::speaking || words.empty()) return;
  last_words_ = now;
  words_ = words;
  interrupt_by_words(now, actions);
}

void TurnTaking::miss_words(CallMs now, TurnActions& actions) {
  if (caller_ == Caller::speaking && !words_.empty()) end_utterance(now, actions);
}

void TurnTaking::begin_turn(CallMs now, TurnActions& actions) {
  if (!may_be_heard()) return;
  last_voice_ = now;
  if (caller_ == Caller::silent) begin_utterance(now, word_delay_ms, actions);
}

void TurnTaking::expect_end(CallMs now, std::string_view words, TurnActions& actions) {
  if (caller_ != Caller::speaking) return;
  look_ = Look::answered;
  words_ = words;
  interrupt_by_words(now, actions);
}

void TurnTaking::resume_turn(CallMs now) {
  if (caller_ != Caller::speaking) return;
  look_ = Look::none;
  last_voice_ = now;
}

void TurnTaking::end_turn(CallMs now, std::string_view words, TurnActions& actions) {
  if (caller_ != Caller::speaking) return;
  look_ = Look::answered;
  words_ = words;
  end_utterance(now, actions);
}

void TurnTaking::digit(CallMs now, char digit, TurnActions& actions) {
  if (is_held_) return;
  last_digit_ = now;
  quiet_since_ = now;
  prompts_ = 0;
  // The mark behind an answer that was complete without it.
  if (digit == settings_.digit_end && digits_.empty()) return;
  if (may_be_heard()) interrupt(now, actions);
  if (digit != settings_.digit_end) digits_ += digit;
  bool is_full = std::ssize(digits_) >= digits_max();
  if (digit == settings_.digit_end || is_full) take_digits(now, actions);
}

int TurnTaking::digits_max() const {
  return expected_ && expected_->digits_max > 0 ? expected_->digits_max : settings_.digits_max;
}

void TurnTaking::take_digits(CallMs now, TurnActions& actions) {
  quiet_since_ = now;
  if (digits_.empty()) return;
  actions.push_back({.kind = Kind::take_digits, .text = std::exchange(digits_, {})});
}

void TurnTaking::tick(CallMs now, TurnActions& actions) {
  if (is_held_) {
    quiet_since_ = now;
    return;
  }
  if (!digits_.empty() && now - last_digit_ >= settings_.digit_timeout_ms)
    take_digits(now, actions);
  if (caller_ == Caller::speaking) {
    wait_for_end(now, actions);
    // Frames may stop coming in the middle of a word: the agent does not wait for ever.
    if (is_paused_ && now - last_voice_ >= settings_.false_interruption_ms) resume(now, actions);
    return;
  }
  if (agent_ == Agent::thinking && settings_.filler_after_ms > 0 && !has_filled_ &&
      now - agent_since_ >= settings_.filler_after_ms) {
    has_filled_ = true;
    actions.push_back({Kind::say_filler});
  }
  if (agent_ == Agent::silent && digits_.empty()) tick_silence(now, actions);
}

void TurnTaking::tick_silence(CallMs now, TurnActions& actions) {
  auto silence_max = expected_ ? expected_->timeout_ms : settings_.silence_prompt_ms;
  if (silence_max == 0 || now - quiet_since_ < silence_max) return;
  quiet_since_ = now;
  if (expected_) {
    actions.push_back({Kind::miss_answer});
    return;
  }
  if (prompts_ >= settings_.silence_prompts_max) {
    actions.push_back({Kind::end_idle});
    return;
  }
  ++prompts_;
  actions.push_back({Kind::ask_whether_there});
}

void TurnTaking::think(CallMs now, bool is_greeting) {
  agent_ = Agent::thinking;
  is_greeting_ = is_greeting;
  agent_since_ = now;
  has_filled_ = false;
}

void TurnTaking::speak(CallMs now) {
  agent_ = Agent::speaking;
  agent_since_ = now;
  // Somebody who began while the answer was prepared has the word.
  is_paused_ = caller_ == Caller::speaking;
}

void TurnTaking::restart(CallMs now) {
  auto expected = expected_;
  *this = TurnTaking(settings_);
  expected_ = expected;
  last_voice_ = now;
  finish(now);
}

void TurnTaking::finish(CallMs now) {
  agent_ = Agent::silent;
  agent_since_ = now;
  quiet_since_ = now;
  is_greeting_ = false;
  is_paused_ = false;
}

}  // namespace aiva::voice
