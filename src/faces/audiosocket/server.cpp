#include "faces/audiosocket/server.h"

#include <pthread.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "faces/audiosocket/internal/connection.h"
#include "foundation/ip_address.h"

namespace aiva::audiosocket {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using SystemError = boost::system::error_code;

// A port that is listened on, by the first loop.
struct Door {
  Tcp::acceptor acceptor;
  std::optional<AgentPort> agent;
};

class TcpServer final : public Server {
 public:
  TcpServer(ServerOptions options, ServerParts parts, IpBlocks allowed)
      : options_(std::move(options)),
        parts_(parts),
        allowed_(std::move(allowed)),
        meters_(parts.metrics) {
    for (int number = 0; number < std::max(1, options_.threads); ++number)
      loops_.push_back(std::make_unique<Loop>());
  }

  ~TcpServer() override {
    stop_accepting();
    if (!threads_.empty()) end_calls();
    for (auto& loop : loops_) loop->io.stop();
    threads_.clear();
  }

  Result<void> open() {
    TRY_VOID(add_door(options_.port, std::nullopt));
    for (const auto& agent : options_.agent_ports) TRY_VOID(add_door(agent.port, agent));
    for (auto& door : doors_) accept(*door);
    for (auto& loop : loops_)
      threads_.emplace_back([&io = loop->io] {
        pthread_setname_np(pthread_self(), "aiva-phones");
        auto work = asio::make_work_guard(io);
        io.run();
      });
    return {};
  }

  [[nodiscard]] std::uint16_t port() const override {
    return doors_.front()->acceptor.local_endpoint().port();
  }

  void stop_accepting() override {
    if (is_stopping_.exchange(true)) return;
    if (threads_.empty()) return;  // nothing was accepted yet
    std::promise<void> closed;
    asio::post(loops_.front()->io, [this, &closed] {
      SystemError ignored;
      for (auto& door : doors_) door->acceptor.close(ignored);
      closed.set_value();
    });
    closed.get_future().wait();
  }

 private:
  void end_calls() {
    for (auto& loop : loops_) {
      std::promise<void> ended;
      asio::post(loop->io, [&loop = *loop, &ended] {
        for (auto* connection : std::set(loop.connections)) connection->close();
        ended.set_value();
      });
      ended.get_future().wait();
    }
  }

  Result<void> add_door(std::uint16_t port, std::optional<AgentPort> agent) {
    SystemError error;
    auto address = asio::ip::make_address(options_.address, error);
    if (error) return fail(ErrorCode::invalid, "No address: " + options_.address);
    auto door = std::make_unique<Door>(Tcp::acceptor(loops_.front()->io), agent);
    auto& acceptor = door->acceptor;
    Tcp::endpoint endpoint(address, port);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error)
      return fail(ErrorCode::unavailable, "AudioSocket cannot listen on " + options_.address + ":" +
                                              std::to_string(port) + ": " + error.message());
    doors_.push_back(std::move(door));
    return {};
  }

  void accept(Door& door) {
    auto& loop = *loops_[next_loop_++ % loops_.size()];
    door.acceptor.async_accept(loop.io,
                               [this, &door, &loop](const SystemError& error, Tcp::socket socket) {
                                 if (error == asio::error::operation_aborted || is_stopping_)
                                   return;
                                 if (!error) welcome(loop, std::move(socket), door.agent);
                                 accept(door);
                               });
  }

  [[nodiscard]] bool may_call(const asio::ip::address& address) const {
    if (allowed_.is_empty()) return true;
    auto known = address.is_v6() ? address.to_v6()
                                 : asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4());
    return allowed_.contains({.bytes = known.to_bytes()});
  }

  void welcome(Loop& loop, Tcp::socket socket, std::optional<AgentPort> agent) {
    SystemError error;
    auto from = socket.remote_endpoint(error);
    if (error || !may_call(from.address()) || parts_.calls.count() >= options_.connections_max) {
      meters_.refused.add();
      return;  // closes it
    }
    auto connection =
        std::make_shared<Connection>(loop, std::move(socket), options_, agent, parts_, meters_);
    asio::post(loop.io, [connection] { connection->begin(); });
  }

  ServerOptions options_;
  ServerParts parts_;
  IpBlocks allowed_;
  Meters meters_;
  std::vector<std::unique_ptr<Loop>> loops_{};
  std::vector<std::unique_ptr<Door>> doors_{};
  std::size_t next_loop_ = 0;
  std::atomic<bool> is_stopping_ = false;
  std::vector<std::jthread> threads_{};
};

}  // namespace

Result<std::unique_ptr<Server>> make_server(ServerOptions options, ServerParts parts) {
  TRY(auto allowed, IpBlocks::make(options.allowed));
  auto server = std::make_unique<TcpServer>(std::move(options), parts, std::move(allowed));
  TRY_VOID(server->open());
  return server;
}

}  // namespace aiva::audiosocket
