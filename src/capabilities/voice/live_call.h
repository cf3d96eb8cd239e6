#pragma once

#include <cstdint>
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
  // The caller's side is gone, or is to be ended for that reason.
  virtual void end(CallEnd reason) = 0;
  [[nodiscard]] virtual bool is_over() const = 0;
};

}  // namespace aiva::voice
