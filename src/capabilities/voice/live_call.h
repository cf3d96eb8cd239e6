#pragma once

#include <string>
#include <string_view>

#include "capabilities/voice/leg.h"

namespace aiva::voice {

// A call that is going on, as its leg sees it. Used on its home only.
class LiveCall {
 public:
  virtual ~LiveCall() = default;
  // Audio in the leg's format, any number of whole samples.
  virtual void hear(std::string_view audio) = 0;
  // 0-9, *, #, A-D.
  virtual void digit(char digit) = 0;
  // The caller wrote this instead of saying it; what the agent says is cut off.
  virtual void ask(std::string words) = 0;
  // Whether the call finds out by itself when the caller has finished; it does, until it is told
  // otherwise. If it does not, what is heard is kept until commit() or clear().
  virtual void take_turns(bool by_itself) = 0;
  // The caller has finished: what was heard is answered.
  virtual void commit() = 0;
  virtual void clear() = 0;
  // The agent stops speaking.
  virtual void cancel() = 0;
  // The caller's side is gone, or is to be ended for that reason.
  virtual void end(CallEnd reason) = 0;
  [[nodiscard]] virtual bool is_over() const = 0;
};

}  // namespace aiva::voice
