#include "capabilities/functions/types.h"

namespace aiva::functions {

std::string_view to_string(ExecutionMode mode) {
  switch (mode) {
    case ExecutionMode::sync: return "sync";
    case ExecutionMode::async: return "async";
  }
  return "sync";
}

std::optional<ExecutionMode> parse_execution_mode(std::string_view text) {
  for (auto mode : {ExecutionMode::sync, ExecutionMode::async})
    if (to_string(mode) == text) return mode;
  return std::nullopt;
}

std::string_view to_string(CallStatus status) {
  switch (status) {
    case CallStatus::pending: return "pending";
    case CallStatus::completed: return "completed";
    case CallStatus::failed: return "failed";
  }
  return "failed";
}

std::optional<CallStatus> parse_call_status(std::string_view text) {
  for (auto status : {CallStatus::pending, CallStatus::completed, CallStatus::failed})
    if (to_string(status) == text) return status;
  return std::nullopt;
}

}  // namespace aiva::functions
