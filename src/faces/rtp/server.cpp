#include "faces/rtp/server.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "faces/rtp/internal/bridge.h"
#include "faces/rtp/internal/call_port.h"
#include "faces/rtp/internal/core.h"

namespace aiva::rtp {
namespace {

constexpr int bridge_receive_bytes = 4 * 1024 * 1024;
constexpr int ports_tried_max = 20;  // which other programs may have

// Ports that may have a call; the one that was free longest is given first.
class FreePorts {
 public:
  FreePorts(const std::optional<PortRange>& range, Gauge& gauge) : gauge_(gauge) {
    if (!range) return;
    for (int port = range->first + range->first % 2; port <= range->last; port += 2)
      ports_.push_back(static_cast<std::uint16_t>(port));
    count();
  }

  std::optional<std::uint16_t> take() {
    std::lock_guard lock(mutex_);
    if (ports_.empty()) return std::nullopt;
    auto port = ports_.front();
    ports_.pop_front();
    count();
    return port;
  }
  void give_back(std::uint16_t port) {
    std::lock_guard lock(mutex_);
    ports_.push_back(port);
    count();
  }

 private:
  void count() { gauge_.set(static_cast<double>(ports_.size())); }

  Gauge& gauge_;
  std::mutex mutex_{};
  std::deque<std::uint16_t> ports_{};
};

// What a loop carries; on its thread only.
struct Lane {
  Loop loop{};
  std::set<std::shared_ptr<CallPort>> ports{};  // shared with their work
  std::unique_ptr<Bridge> bridge{};
};

class UdpServer final : public Server, public voice::MediaPorts {
 public:
  UdpServer(ServerOptions options, ServerParts parts, IpBlocks allowed)
      : core_(std::move(options), std::move(parts), std::move(allowed)),
        free_(core_.options.ports, core_.meters.ports_free) {
    for (int number = 0; number < std::max(1, core_.options.threads); ++number)
      lanes_.push_back(std::make_unique<Lane>());
  }

  ~UdpServer() override {
    stop_accepting();
    if (!threads_.empty()) end_calls();
    core_.clock.reset();
    for (auto& lane : lanes_) lane->loop.io.stop();
    threads_.clear();
  }

  Result<void> open();
  [[nodiscard]] voice::MediaPorts& ports() override { return *this; }
  [[nodiscard]] std::uint16_t bridge_port() const override { return bridge_port_; }
  void stop_accepting() override { core_.is_stopping = true; }
  Result<std::unique_ptr<voice::MediaPort>> take() override;
  // How the call is ended from outside.
  std::function<void()> await(UdpSocket socket, CallPort::Awaited awaited);
  void give_back(std::uint16_t port) { free_.give_back(port); }
  [[nodiscard]] const std::string& public_address() const {
    const auto& options = core_.options;
    return options.public_address.empty() ? options.address : options.public_address;
  }

 private:
  Result<void> open_bridge();
  void end_calls();
  // Does `work` on the lane's thread and waits for it.
  template <class Do>
  static void on(Lane& lane, Do work) {
    std::promise<void> done;
    lane.loop.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  Core core_;
  FreePorts free_;
  std::vector<std::unique_ptr<Lane>> lanes_{};
  std::uint16_t bridge_port_ = 0;
  std::atomic<std::size_t> next_lane_ = 0;
  std::vector<std::jthread> threads_{};
};

class TakenPort final : public voice::MediaPort {
 public:
  TakenPort(UdpServer& server, UdpSocket socket)
      : server_(server), socket_(std::move(socket)), port_(socket_->port()) {}
  ~TakenPort() override {
    if (!socket_) return;
    socket_.reset();
    server_.give_back(port_);
  }
  [[nodiscard]] const std::string& address() const override { return server_.public_address(); }
  [[nodiscard]] std::uint16_t port() const override { return port_; }
  void await(voice::Call call, std::optional<voice::MediaPeer> peer) override {
    end_ = server_.await(std::move(*socket_), {.call = std::move(call), .peer = std::move(peer)});
    socket_.reset();
  }
  void end() override {
    if (end_) end_();
  }

 private:
  UdpServer& server_;
  std::optional<UdpSocket> socket_;
  std::uint16_t port_;
  std::function<void()> end_{};
};

Result<void> UdpServer::open() {
  TRY_VOID(open_bridge());
  for (auto& lane : lanes_)
    threads_.emplace_back([&io = lane->loop.io] {
      pthread_setname_np(pthread_self(), "aiva-rtp");
      auto work = boost::asio::make_work_guard(io);
      io.run();
    });
  return {};
}

Result<void> UdpServer::open_bridge() {
  const auto& bridge = core_.options.bridge;
  if (!bridge) return {};
  bridge_port_ = bridge->port;
  for (auto& lane : lanes_) {
    TRY(auto socket, UdpSocket::bind({.address = core_.options.address,
                                      .port = bridge_port_,
                                      .is_shared = lanes_.size() > 1,
                                      .receive_bytes = bridge_receive_bytes}));
    bridge_port_ = socket.port();
    lane->bridge = std::make_unique<Bridge>(core_, lane->loop, std::move(socket));
  }
  for (auto& lane : lanes_)
    lane->loop.post([&bridge_of_lane = *lane->bridge] { bridge_of_lane.begin(); });
  return {};
}

Result<std::unique_ptr<voice::MediaPort>> UdpServer::take() {
  if (core_.is_stopping) return fail(ErrorCode::unavailable, "The server is about to stop");
  for (int tries = 0; tries < ports_tried_max; ++tries) {
    auto port = free_.take();
    if (!port) break;
    auto socket = UdpSocket::bind({.address = core_.options.address, .port = *port});
    if (socket) return std::make_unique<TakenPort>(*this, std::move(*socket));
    free_.give_back(*port);
  }
  return fail(ErrorCode::unavailable, "No port for RTP is free; try again later");
}

std::function<void()> UdpServer::await(UdpSocket socket, CallPort::Awaited awaited) {
  auto& lane = *lanes_[next_lane_++ % lanes_.size()];
  auto free = [this, &lane](const std::shared_ptr<CallPort>& port) {
    auto number = port->socket().port();
    lane.ports.erase(port);
    // Its socket closes with the last who holds it, which is soon; until then others are given.
    free_.give_back(number);
  };
  auto port = std::make_shared<CallPort>(core_, lane.loop, std::move(socket), std::move(awaited),
                                         std::move(free));
  lane.loop.post([this, &lane, port] {
    if (core_.is_stopping) return;
    lane.ports.insert(port);
    port->begin();
  });
  return [&lane, weak = std::weak_ptr(port)] {
    lane.loop.post([weak] {
      if (auto still = weak.lock()) still->hang_up();
    });
  };
}

void UdpServer::end_calls() {
  for (auto& lane : lanes_) {
    on(*lane, [&lane = *lane] {
      lane.loop.stop.request_stop();
      for (const auto& port : std::set(lane.ports)) port->close();
      lane.ports.clear();
      if (lane.bridge) lane.bridge->close();
    });
    lane->loop.wait_until_idle();
  }
}

}  // namespace

Result<std::unique_ptr<Server>> make_server(ServerOptions options, ServerParts parts) {
  TRY(auto allowed, IpBlocks::make(options.allowed));
  if (!IpAddress::parse(options.address))
    return fail(ErrorCode::invalid, "No address: " + options.address);
  const auto& ports = options.ports;
  if (ports && (ports->first == 0 || ports->last < ports->first))
    return fail(ErrorCode::invalid, "No range of ports");
  AIVA_ASSERT(!options.bridge || (parts.bridge_calls != nullptr && parts.pause));
  auto server =
      std::make_unique<UdpServer>(std::move(options), std::move(parts), std::move(allowed));
  TRY_VOID(server->open());
  return server;
}

}  // namespace aiva::rtp
