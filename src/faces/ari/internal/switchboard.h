#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "capabilities/voice/dialler.h"
#include "faces/ari/internal/exchange.h"
#include "faces/ari/internal/phone_call.h"

namespace aiva::ari {

// The calls of a telephone system: takes what happens in it, answers who calls, calls who is to be
// called. On the exchange's loop only.
class Switchboard {
 public:
  explicit Switchboard(Exchange& exchange);
  Switchboard(const Switchboard&) = delete;
  Switchboard& operator=(const Switchboard&) = delete;

  void take(const Event& event);
  // After a connection was made: what is left of earlier ones is taken down, what ended meanwhile
  // is noticed.
  Task<void> tidy();
  Task<Result<voice::DialEnd>> dial(CallContext context, voice::OutboundCall call);
  // Nobody is answered or called any more.
  void close() { is_closed_ = true; }
  // Calls that have not ended here; those of two others do not count.
  [[nodiscard]] std::size_t count() const;

 private:
  struct Meters {
    explicit Meters(Metrics& metrics);
    Counter& answered;
    Counter& refused;
    Counter& dialled;
  };

  void take_start(const Event& event);
  Task<void> answer(Channel channel, std::vector<std::string> args);
  Task<Result<voice::Call>> announce(const Channel& channel, const std::vector<std::string>& args);
  Task<void> refuse(std::string channel, ErrorCode reason);
  Task<Result<voice::DialEnd>> ring(CallContext context, voice::OutboundCall call,
                                    std::string channel);
  Task<void> hang_up(std::string channel);
  Task<void> take_over(Bridge bridge, bool has_audio);
  void notice_gone(const std::set<std::string>& with_us);
  PhoneCall::Listener listener();

  Exchange& exchange_;
  Meters meters_;
  // Each under every channel it has; shared with voice::CallControls.
  std::map<std::string, std::shared_ptr<PhoneCall>> calls_{};
  std::map<PhoneCall*, std::shared_ptr<PhoneCall>> all_{};
  std::set<std::string> answering_{};  // channels whose call is being looked up
  bool is_closed_ = false;
};

}  // namespace aiva::ari
