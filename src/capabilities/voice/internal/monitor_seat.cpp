#include "capabilities/voice/internal/monitor_seat.h"

#include <atomic>
#include <utility>

#include "capabilities/voice/internal/running_call.h"

namespace aiva::voice {
namespace {

// Takes what it is told to the call's home.
class PostingSeat final : public MonitorSeat {
 public:
  PostingSeat(const std::shared_ptr<RunningCall>& call, std::uint64_t number)
      : call_(call), number_(number) {}
  ~PostingSeat() override {
    post([](RunningCall& call, std::uint64_t seat) { call.leave(seat); });
  }

  void listen(std::optional<ListenWish> wish) override {
    post([wish](RunningCall& call, std::uint64_t seat) { call.listen(seat, wish); });
  }
  void whisper(std::string text) override {
    post([text = std::move(text)](RunningCall& call, std::uint64_t) { call.whisper(text); });
  }
  void say(std::string text) override {
    post([text = std::move(text)](RunningCall& call, std::uint64_t seat) { call.say(seat, text); });
  }
  void take_over(int rate) override {
    post([rate](RunningCall& call, std::uint64_t seat) { call.take_over(seat, rate); });
  }
  void speak(std::string samples) override {
    post([samples = std::move(samples)](RunningCall& call, std::uint64_t seat) {
      call.speak(seat, samples);
    });
  }
  void hand_back() override {
    post([](RunningCall& call, std::uint64_t seat) { call.hand_back(seat); });
  }
  void hang_up() override {
    post([](RunningCall& call, std::uint64_t) {
      call.end_after_speech(CallEnd::agent_hung_up, {});
    });
  }

 private:
  template <class Command>
  void post(Command command) {
    auto call = call_.lock();
    if (!call) return;
    auto& home = call->home();
    home.post([call = std::move(call), command = std::move(command), seat = number_] {
      command(*call, seat);
    });
  }

  std::weak_ptr<RunningCall> call_;
  std::uint64_t number_;
};

}  // namespace

Result<std::unique_ptr<MonitorSeat>> take_seat(const std::shared_ptr<RunningCall>& call,
                                               std::string name,
                                               std::shared_ptr<CallMonitor> monitor) {
  if (!call->reserve_seat())
    return fail(ErrorCode::conflict, "Too many people follow this call already");
  auto number = call->next_seat();
  auto seat = std::make_unique<PostingSeat>(call, number);
  call->home().post([call, number, name = std::move(name), monitor = std::move(monitor)]() mutable {
    call->join(number, std::move(name), std::move(monitor));
  });
  return seat;
}

}  // namespace aiva::voice
