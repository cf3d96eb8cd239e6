#pragma once

#include <functional>
#include <memory>
#include <string>

#include "capabilities/voice/call_control.h"
#include "capabilities/voice/media_ports.h"
#include "faces/ari/internal/exchange.h"
#include "foundation/ids.h"

namespace aiva::ari {

// A call in Asterisk: the caller's channel and the one with our audio in a bridge, and whoever is
// consulted. What is not said to be of all threads is used on the exchange's loop.
class PhoneCall final : public voice::CallControl, public std::enable_shared_from_this<PhoneCall> {
 public:
  struct Party {
    TenantId tenant{};
    std::string session_id{};
    std::string channel{};  // of the caller, or of whoever was called; it is with us
    std::string number{};   // of the caller
    bool is_answered = false;
  };
  // Told when a channel belongs to a call, does no more, and when nothing of the call is left.
  struct Listener {
    std::function<void(const std::string& channel, std::shared_ptr<PhoneCall>)> joined;
    std::function<void(const std::string& channel)> left;
    std::function<void(PhoneCall*)> gone;
  };

  PhoneCall(Exchange& exchange, Party party, Listener listener);
  // Two who speak to each other without us, found after a restart.
  PhoneCall(Exchange& exchange, std::string bridge, std::string one, std::string other,
            Listener listener);

  // Connects our audio and the party. Where it fails the party is still with us, and everything
  // else is taken down.
  Task<Result<void>> begin();
  // A channel has left our application, or is gone.
  void note_gone(const std::string& channel);
  // Has everything ended that is still there. Again after a connection was lost.
  void take_down();
  [[nodiscard]] bool is_over() const { return phase_ == Phase::over; }
  // True while it goes on without us.
  [[nodiscard]] bool is_connected() const { return phase_ == Phase::connected; }
  [[nodiscard]] bool has(const std::string& channel) const;
  [[nodiscard]] const std::string& bridge() const { return bridge_; }

  // All threads.
  Task<Result<void>> send_digits(CallContext context, std::string digits) override;
  Task<Result<void>> hold(CallContext context, bool is_held) override;
  Task<Result<void>> transfer(CallContext context, std::string target) override;
  Task<Result<voice::DialEnd>> consult(CallContext context, std::string target) override;
  Task<Result<void>> connect(CallContext context) override;
  Task<Result<void>> resume(CallContext context) override;
  Task<Result<void>> record(CallContext context, bool is_on) override;
  [[nodiscard]] bool consults() const override { return exchange_.options.consults; }
  void end(voice::CallEnd reason) override;

 private:
  enum class Phase : std::uint8_t {
    beginning,
    talking,    // with our audio
    connected,  // two speak to each other
    over,
  };

  Task<Result<void>> do_begin();
  Task<Result<void>> connect_audio();
  Task<Result<void>> do_send_digits(std::string digits);
  Task<Result<void>> do_hold(bool is_held);
  Task<Result<void>> do_transfer(std::string target);
  Task<Result<void>> move(std::string target);
  Task<Result<voice::DialEnd>> do_consult(CallContext context, std::string target);
  Task<Result<voice::DialEnd>> ring(CallContext context, std::string endpoint);
  Task<Result<void>> do_connect();
  Task<Result<void>> do_resume();
  Task<Result<void>> do_record(bool is_on);
  // The caller hears music outside of the bridge, or is in it again.
  Task<Result<void>> park();
  Task<Result<void>> unpark();
  Task<void> clear();
  Task<void> give_back_caller();
  // False when it could not be said whether it is gone.
  Task<bool> remove(std::string path);
  Task<Result<void>> put(Request request);
  [[nodiscard]] Result<void> check_talking() const;
  void leave(std::string& channel);
  void end_audio();

  template <class T>
  Task<Result<T>> on_loop(CallContext context, Task<Result<T>> work);

  Exchange& exchange_;
  Party party_;
  Listener listener_;
  // Empty where there is none.
  std::string caller_{};
  std::string bridge_{};
  std::string media_{};
  std::string other_{};
  std::string recording_{};
  // Of media_, where its audio needs one; shared with what begins it.
  std::shared_ptr<voice::MediaPort> media_port_{};
  Phase phase_ = Phase::beginning;
  bool was_ended_ = false;  // by us: the caller is hung up
  bool is_moving_ = false;  // the caller is about to leave
  bool is_parked_ = false;  // the caller is not in the bridge
  bool is_clearing_ = false;
};

}  // namespace aiva::ari
