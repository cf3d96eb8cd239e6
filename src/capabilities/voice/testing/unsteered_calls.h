#pragma once

#include <memory>
#include <string>

#include "capabilities/voice/monitor.h"
#include "capabilities/voice/voice.h"

namespace aiva::voice {

// Calls that nobody follows or steers.
class UnsteeredCalls : public Calls {
 public:
  Result<std::unique_ptr<MonitorSeat>> follow(const CallContext&, CallId, std::string,
                                              std::shared_ptr<CallMonitor>) override {
    return fail(ErrorCode::not_found, "Nobody follows these calls");
  }
  Task<Result<DialEnd>> steer(CallContext, CallId, Steering) override {
    co_return fail(ErrorCode::conflict, "These calls are not steered");
  }
};

}  // namespace aiva::voice
