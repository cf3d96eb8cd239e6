// How brains follow people who steer their call.
#include <utility>

#include "capabilities/voice/internal/cascade.h"
#include "capabilities/voice/internal/realtime_brain.h"
#include "capabilities/voice/internal/realtime_instructions.h"

namespace aiva::voice {

void Cascade::whisper(std::string text) {
  guidance_ = text.empty() ? std::string() : guidance_instructions(text);
}

void Cascade::hold(bool is_held) {
  if (is_held) {
    cancel();
    clear();
    known_.reset();
    ++look_;
  }
  turns_.restart(host_.now());
  turns_.hold(is_held);
}

void Cascade::note_said(ChatRole role, std::string text) { beside_.add(role, std::move(text)); }

void RealtimeBrain::note_said(ChatRole role, std::string text) {
  if (is_over_) return;
  if (line_) line_->add_words(role, text);
  remember(role, std::move(text));
}

void RealtimeBrain::whisper(std::string text) {
  if (line_) line_->add_words(ChatRole::system, guidance_instructions(text));
  guidance_ = text.empty() ? std::string() : guidance_instructions(text);
}

void RealtimeBrain::hold(bool is_held) {
  if (is_held) {
    cancel();
    clear();
    is_caller_speaking_ = false;
    asked_ = {};
  }
  is_held_ = is_held;
  turns_.restart(host_.now());
  turns_.hold(is_held);
}

// The provider had begun it before it heard that a person speaks.
void RealtimeBrain::drop_answer() {
  is_dropped_ = true;
  if (line_) line_->cancel(active_);
}

}  // namespace aiva::voice
