#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "capabilities/voice/voice.h"
#include "faces/audiosocket/internal/frames.h"
#include "faces/audiosocket/server.h"
#include "foundation/executor.h"

namespace aiva::audiosocket {

// What the connections of a server count.
struct Meters {
  explicit Meters(Metrics& metrics);
  Counter& refused;
  Counter& frames_dropped;  // the far end did not take them in time
};

class Connection;

// One event loop; connections belong to one for good.
struct Loop final : Executor {
  boost::asio::io_context io{1};
  std::set<Connection*> connections{};  // on the loop's thread only

  void post(Work work) override;
};

// A call's TCP connection: the leg of the call it names.
class Connection final : public voice::Leg, public std::enable_shared_from_this<Connection> {
 public:
  Connection(Loop& loop, boost::asio::ip::tcp::socket socket, const ServerOptions& options,
             std::optional<AgentPort> agent, ServerParts parts, Meters& meters);

  void begin();
  // The caller's side is gone.
  void close();

  [[nodiscard]] voice::AudioFormat format() const override;
  [[nodiscard]] bool keeps_itself_alive() const override { return false; }
  bool play(std::string_view frame) override;
  std::int64_t flush() override { return 0; }  // Asterisk queues nothing
  void hang_up(voice::CallEnd end, std::string_view transfer_target) override;

 private:
  void wait_for_bytes();
  void read(std::size_t count);
  void take(Frame frame);
  void take_id(std::string_view bytes);
  void take_audio(int rate, std::string_view samples);
  void wait_at_most(std::chrono::milliseconds time);
  void give_up();
  void start_call();
  Task<void> answer();
  Task<Result<voice::Call>> find_call(CallContext context);
  bool send(std::string_view bytes);

  Loop& loop_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  const ServerOptions& options_;
  std::optional<AgentPort> agent_;
  ServerParts parts_;
  Meters& meters_;
  std::array<char, 1024> arrived_{};  // three frames and more
  FrameParser parser_{};
  std::string id_{};                         // as text
  int rate_ = 8'000;                         // of the call, once it has begun
  std::string unsent_{};                     // the rest of a frame that was sent in part
  std::string out_{};                        // a frame that is being built
  std::shared_ptr<voice::LiveCall> call_{};  // shared with the capability
  bool is_starting_ = false;
  bool has_other_rate_ = false;
  bool is_closed_ = false;
};

}  // namespace aiva::audiosocket
