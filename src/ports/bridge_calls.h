#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "foundation/call_context.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva {

// What a telephone system outside tells of a call whose audio it sends from one port.
struct BridgeCall {
  std::string session_id{};  // the call's own name, not used before
  TenantId tenant{};
  AgentId agent{};
  std::string caller_id{};
  std::string caller_name{};
  std::string custom{};     // whatever it wants to be kept with the call; empty: nothing
  bool is_hung_up = false;  // by the caller
};

// The board on which a telephone system writes whose call comes from which port, and reads when it
// is over. Any thread.
class BridgeCalls {
 public:
  virtual ~BridgeCalls() = default;
  // Nothing when that port is not written of. Fails with `invalid` when what is written is no call,
  // and as the store does.
  virtual Task<Result<std::optional<BridgeCall>>> find(CallContext context, std::uint16_t port) = 0;
  // Writes why the call has ended here, unless the port has another call by now.
  struct End {
    std::string session_id{};
    std::string reason{};
    std::string transfer_target{};  // empty: none
  };
  virtual Task<Result<void>> end(CallContext context, std::uint16_t port, End end) = 0;
};

}  // namespace aiva
