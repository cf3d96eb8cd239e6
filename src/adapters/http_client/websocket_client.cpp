#include "adapters/http_client/websocket_client.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <utility>
#include <vector>

#include "adapters/http_client/internal/loop.h"
#include "adapters/http_client/internal/socket_channel.h"
#include "adapters/http_client/internal/socket_handshake.h"
#include "foundation/thread_pool.h"

namespace aiva {
namespace {

using namespace http_client;

constexpr std::size_t lookup_threads = 2;
constexpr std::size_t lookups_waiting_max = 1000;

using ChannelPointer = std::shared_ptr<SocketChannel>;  // shared with its own work on the loop

// A loop and the sockets that live on it.
struct SocketShard {
  Loop loop;
  std::set<SocketChannel*> channels{};  // on the loop's thread only
};

class ChannelSocket final : public OutgoingSocket {
 public:
  explicit ChannelSocket(ChannelPointer channel) : channel_(std::move(channel)) {}
  ~ChannelSocket() override { channel_->close(); }

  Task<Result<std::optional<SocketMessage>>> receive(CallContext context) override {
    auto channel = channel_;
    CO_TRY_VOID(context.check());
    SocketChannel::Receive receiving(*channel, context);
    auto message = co_await receiving;
    co_return message;
  }
  bool send(SocketMessage message) override { return channel_->send(message); }
  [[nodiscard]] int close_code() const override { return channel_->code(); }
  [[nodiscard]] std::string close_reason() const override { return channel_->reason(); }

 private:
  ChannelPointer channel_;
};

Awaitable<Result<ChannelPointer>> open_channel(SocketShard& shard, Dialer dialer,
                                               PreparedUpgrade prepared, ChannelLimits limits) {
  auto upgraded = co_await upgrade(dialer, std::move(prepared));
  if (!upgraded) co_return fail(std::move(upgraded.error()));
  auto channel = std::make_shared<SocketChannel>(
      shard.loop.context(), std::move(upgraded->connection), limits,
      [&shard](SocketChannel* gone) { shard.channels.erase(gone); });
  shard.channels.insert(channel.get());
  channel->begin(upgraded->first_bytes);
  co_return channel;
}

class LoopWebSocketClient final : public WebSocketClient {
 public:
  LoopWebSocketClient(WebSocketClientOptions options, std::unique_ptr<asio::ssl::context> tls)
      : options_(std::move(options)),
        tls_(std::move(tls)),
        lookups_(std::make_unique<ThreadPool>(ThreadPoolOptions{
            .name = "aiva-lookup", .threads = lookup_threads, .queue_max = lookups_waiting_max})) {
    for (std::size_t i = 0; i < std::max<std::size_t>(options_.threads, 1); ++i)
      shards_.push_back(std::make_unique<SocketShard>());
  }

  ~LoopWebSocketClient() override {
    for (auto& shard : shards_)
      shard->loop.stop([&shard] {
        auto channels = shard->channels;
        for (auto* channel : channels) channel->abort();
      });
    lookups_.reset();
  }

  Task<Result<std::unique_ptr<OutgoingSocket>>> open(CallContext context,
                                                     OutgoingSocketRequest request) override {
    CO_TRY_VOID(context.check());
    CO_TRY(auto prepared, prepare_upgrade(request, options_.header_bytes_max));
    auto deadline = std::min(context.deadline, std::chrono::steady_clock::now() + request.timeout);
    Dialer dialer{.lookups = *lookups_, .tls = *tls_, .timeout = options_.connect_timeout};
    ChannelLimits limits{.message_bytes_max = request.message_bytes_max,
                         .queue_bytes_max = request.queue_bytes_max,
                         .unread_bytes_max = options_.unread_bytes_max,
                         .ping_interval = options_.ping_interval,
                         .close_time_max = options_.close_time_max};
    auto& shard = *shards_[next_shard_++ % shards_.size()];
    auto work = [&shard, dialer, limits, prepared = std::move(prepared)]() mutable {
      return open_channel(shard, dialer, std::move(prepared), limits);
    };
    OnLoop<ChannelPointer, decltype(work)> on_loop(shard.loop, context, deadline, std::move(work));
    CO_TRY(auto channel, co_await on_loop);
    co_return std::make_unique<ChannelSocket>(std::move(channel));
  }

 private:
  WebSocketClientOptions options_;
  std::unique_ptr<asio::ssl::context> tls_;
  std::unique_ptr<ThreadPool> lookups_;
  std::vector<std::unique_ptr<SocketShard>> shards_;
  std::atomic<std::size_t> next_shard_ = 0;
};

}  // namespace

Result<std::unique_ptr<WebSocketClient>> make_websocket_client(WebSocketClientOptions options) {
  TRY(auto tls, make_tls_context(options.ca_file));
  return std::make_unique<LoopWebSocketClient>(std::move(options), std::move(tls));
}

}  // namespace aiva
