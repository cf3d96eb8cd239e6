// How a cascade is led by flows.
#include <algorithm>
#include <utility>

#include "capabilities/voice/internal/cascade.h"

namespace aiva::voice {

using Kind = FlowAction::Kind;

void Cascade::follow_flow(const FlowActions& actions) {
  if (is_over_ || host_.is_ending()) return;
  bool has_more = std::ranges::any_of(actions, [](const FlowAction& action) {
    return !action.text.empty() || action.kind == Kind::run_function;
  });
  if (has_more && !is_answering_) begin_answer();
  marks_.reach(&AnswerMarks::first_token, host_.now());
  for (const auto& action : actions) {
    switch (action.kind) {
      case Kind::say:
      case Kind::ask:
        is_led_ = true;
        cutter_.add(action.text);
        take_sentences(true);
        if (action.kind == Kind::ask)
          turns_.expect(ExpectedAnswer{.timeout_ms = action.timeout_ms,
                                       .digits_max = action.wants_digits ? action.digits_max : 0});
        break;
      case Kind::run_function: turns_.expect(ExpectedAnswer{}); break;
      case Kind::transfer:
        turns_.expect(ExpectedAnswer{});
        host_.end_after_speech(CallEnd::transferred, action.target);
        break;
      case Kind::end: turns_.expect(std::nullopt); break;
      case Kind::hang_up:
        turns_.expect(ExpectedAnswer{});
        host_.end_after_speech(CallEnd::agent_hung_up, {});
        break;
    }
  }
  finish_if_silent();
}

bool Cascade::lead_on(std::string_view words, bool is_keyed) {
  if (!lead_) return false;
  // Before the flow goes on: what it says next comes behind it.
  bool is_for_flow = lead_->takes(words, is_keyed);
  if (is_for_flow) beside_.add(ChatRole::user, std::string(words));
  bool is_taken = is_keyed ? lead_->take_digits(words) : lead_->take_words(words);
  // Said while a function runs, it changes nothing and is not answered.
  if (is_taken) finish_if_silent();
  return is_taken;
}

bool Cascade::miss_answer() {
  is_cut_short_ = false;
  if (!lead_ || !lead_->is_asking()) return false;
  lead_->time_out();
  return true;
}

void Cascade::take_over() { turns_.finish(host_.now()); }

void Cascade::retire() {
  if (auto lead = std::exchange(lead_, nullptr)) lead->perform_by({});
  end();
}

bool Cascade::is_at_rest() const { return !is_busy() && turns_.is_quiet(); }

Task<void> Cascade::settle() {
  auto self = shared_from_this();
  if (lead_) co_await lead_->settle();
}

}  // namespace aiva::voice
