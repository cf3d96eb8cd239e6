#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::voice {

// A call of ours that is to reach somebody.
struct OutboundCall {
  std::string session_id{};   // of the announced call, which the answered leg then claims
  std::string destination{};  // a number, or a name at the far end
  std::string caller_id{};    // what the called one sees; empty: what the telephone system sets
  std::chrono::seconds ring_max{30};
};

enum class DialEnd : std::uint8_t {
  answered,  // the call goes on, on its leg
  busy,
  no_answer,
  rejected,     // by whoever was called, or by the network
  unreachable,  // no such number, no way there
  failed,       // of the telephone system
  cancelled,
};

// answered, busy, no_answer, …
std::string_view name_of(DialEnd end);
std::optional<DialEnd> parse_dial_end(std::string_view text);

// 1 to 64 letters, digits and -_.+*#, which no telephone system takes for anything else than a
// number or a name; `invalid` (`field`) otherwise.
Result<void> check_destination(std::string_view destination, std::string field);

// Calls people by way of a telephone system. Implemented by a face; safe from all threads.
class CallDialler {
 public:
  virtual ~CallDialler() = default;
  // False while there is no telephone system to dial by.
  [[nodiscard]] virtual bool is_available() const = 0;
  // Rings until it is answered or refused, for `ring_max` at most, or until the context is
  // cancelled. Fails with `unavailable` without a telephone system.
  virtual Task<Result<DialEnd>> dial(CallContext context, OutboundCall call) = 0;
};

}  // namespace aiva::voice
