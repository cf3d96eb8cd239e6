#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "capabilities/voice/dialler.h"
#include "capabilities/voice/leg.h"
#include "foundation/call_context.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::voice {

// What the telephone system of a call can do besides carrying its audio. Implemented by a face, one
// for each call; safe from all threads. Everything fails with `conflict` when the caller is gone,
// `unavailable` when the telephone system cannot be reached, `invalid` for a target or digits it
// does not know.
class CallControl {
 public:
  virtual ~CallControl() = default;
  // Sends digits (0-9, *, #, A-D) towards the caller.
  virtual Task<Result<void>> send_digits(CallContext context, std::string digits) = 0;
  // The caller hears music instead of the agent, or the agent again.
  virtual Task<Result<void>> hold(CallContext context, bool is_held) = 0;
  // Sends the caller there; an empty target: to where the telephone system goes on by itself. The
  // agent's audio ends then.
  virtual Task<Result<void>> transfer(CallContext context, std::string target) = 0;
  // Calls the target while the caller hears music. When it is `answered`, the target hears the
  // agent until connect() or resume().
  virtual Task<Result<DialEnd>> consult(CallContext context, std::string target) = 0;
  // Whoever was consulted and the caller speak to each other; the agent's audio ends then.
  virtual Task<Result<void>> connect(CallContext context) = 0;
  // Ends a consultation, answered or not; the caller hears the agent again.
  virtual Task<Result<void>> resume(CallContext context) = 0;
  // The telephone system's own recording of what is heard in the call.
  virtual Task<Result<void>> record(CallContext context, bool is_on) = 0;
  // Whether transfers that an agent decides upon ask the target first.
  [[nodiscard]] virtual bool consults() const = 0;
  // The call is over. Unless the caller was transferred, the caller's side is ended, too. Does not
  // wait.
  virtual void end(CallEnd reason) = 0;
};

// The controls of calls that go on in this process. All threads.
class CallControls {
 public:
  void add(TenantId tenant, const std::string& session_id, std::shared_ptr<CallControl> control);
  void remove(TenantId tenant, const std::string& session_id);
  // Null where the call's leg carries audio only.
  [[nodiscard]] std::shared_ptr<CallControl> find(TenantId tenant,
                                                  const std::string& session_id) const;

 private:
  mutable std::mutex mutex_{};
  std::map<std::pair<TenantId, std::string>, std::shared_ptr<CallControl>> controls_{};
};

// What somebody wants done with a call that goes on.
struct Steering {
  enum class Kind : std::uint8_t {
    digits,
    hold,
    unhold,
    transfer,  // at once, without asking the target
    consult,   // the target is called first; who does not answer gets no call
    record,
    stop_recording,
  } kind;
  std::string text{};  // the digits, or the target
};

}  // namespace aiva::voice
