#include "faces/ari/ari.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <stop_token>
#include <thread>
#include <utility>

#include "faces/ari/internal/exchange.h"
#include "faces/ari/internal/switchboard.h"
#include "foundation/crypto.h"
#include "foundation/hop.h"
#include "foundation/log.h"
#include "foundation/thread_pool.h"

namespace aiva::ari {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t message_bytes_max = 4 * 1024 * 1024;
constexpr milliseconds beat{500};
constexpr std::chrono::seconds steady_after{10};  // the next attempt then comes soon
constexpr std::size_t app_bytes_max = 40;

Result<void> check(const Options& options) {
  bool is_plain = std::ranges::all_of(options.app, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
  if (options.app.empty() || options.app.size() > app_bytes_max || !is_plain)
    return fail(invalid_field("ari.app", "must be 1 to 40 letters, digits, - and _"));
  if (options.url.empty() && options.incoming_password.empty())
    return fail(invalid_field("ari.url", "or ari.incoming_password must be set"));
  if (!options.url.empty() && !options.url.starts_with("http"))
    return fail(invalid_field("ari.url", "must begin with http:// or https://"));
  bool has_place = options.endpoint.empty() || options.endpoint.contains("{number}");
  if (!has_place) return fail(invalid_field("ari.endpoint", "must contain {number}"));
  if (options.media == Media::audiosocket && options.media_address.empty())
    return fail(invalid_field("ari.media_address", "is needed for AudioSocket"));
  if (options.media == Media::websocket && options.media_client.empty())
    return fail(invalid_field("ari.media_client", "is needed for WebSockets"));
  if (options.media == Media::rtp && !format_of_rtp(options.media_format))
    return fail(invalid_field("ari.media_format", "must be ulaw, alaw, slin or slin16 by RTP"));
  return {};
}

// "http://host:8088" is where "ws://host:8088/ari/events" is.
OutgoingSocketRequest events_request(const Options& options) {
  auto url = options.url;
  url.replace(0, 4, "ws");
  while (url.ends_with('/')) url.pop_back();
  return {
      .url = url + "/ari/events?app=" + options.app + "&subscribeAll=false",
      .headers = {{"Authorization", "Basic " + to_base64(options.user + ":" + options.password)}},
      .message_bytes_max = message_bytes_max,
      .may_reach_private_addresses = true};
}

// A WebSocket that Asterisk opened, as those who send by it see it; on its home only.
struct IncomingSocket {
  Executor* home = nullptr;
  http::WebSocket* socket = nullptr;  // null: closed
};

class LoopAri final : public Ari {
 public:
  LoopAri(Options options, Parts parts)
      : exchange_(std::move(options), parts, loop_),
        switchboard_(exchange_),
        connected_(parts.metrics.gauge("aiva_ari_connected", "1 while Asterisk is connected")) {
    exchange_.media = make_way();
  }

  ~LoopAri() override {
    stop_.request_stop();
    post_and_wait([this] {
      switchboard_.close();
      lose_line();
    });
    exchange_.running.wait();
  }

  void begin() {
    exchange_.running.run(tick());
    if (!exchange_.options.url.empty()) exchange_.running.run(stay_connected());
  }

  [[nodiscard]] bool is_available() const override {
    return is_connected_ && !exchange_.options.endpoint.empty();
  }
  [[nodiscard]] bool is_connected() const override { return is_connected_; }
  Task<Result<voice::DialEnd>> dial(CallContext context, voice::OutboundCall call) override;
  void drain(milliseconds patience) override;
  std::vector<http::WebSocketRoute> routes() override;

 private:
  std::unique_ptr<MediaWay> make_way();
  [[nodiscard]] CallContext context() const {
    return {.cancellation = stop_.get_token(), .home = &loop_};
  }
  void post_and_wait(std::function<void()> action) {
    std::promise<void> done;
    loop_.post([&] {
      action();
      done.set_value();
    });
    done.get_future().wait();
  }
  std::uint64_t take_line(Line::Send send);
  void lose_line();
  void take(std::string_view text);
  Task<void> tick();
  Task<void> stay_connected();
  Task<void> follow(OutgoingSocket& socket);
  Task<Result<void>> admit(CallContext context, const http::Request& request);
  Task<void> serve(CallContext context, http::WebSocket& socket);

  mutable ThreadPool loop_{{.name = "aiva-ari", .threads = 1}};
  Exchange exchange_;
  Switchboard switchboard_;
  Gauge& connected_;
  std::stop_source stop_{};
  std::atomic<bool> is_connected_ = false;
  std::uint64_t connections_ = 0;  // the newest is used
};

std::unique_ptr<MediaWay> LoopAri::make_way() {
  const auto& options = exchange_.options;
  switch (options.media) {
    case Media::audiosocket: return make_audiosocket_way(options.media_address);
    case Media::websocket: return make_websocket_way(options.media_client, options.media_format);
    case Media::rtp: break;
  }
  AIVA_ASSERT(exchange_.parts.ports != nullptr);
  return make_rtp_way({.ports = *exchange_.parts.ports,
                       .log = exchange_.parts.log,
                       .line = exchange_.line,
                       .home = exchange_.loop},
                      options.media_format);
}

std::uint64_t LoopAri::take_line(Line::Send send) {
  exchange_.line.open(std::move(send));
  exchange_.arrivals.fail_all();  // of the connection before
  is_connected_ = true;
  connected_.set(1);
  log::info("Asterisk is connected", {{"app", exchange_.options.app}});
  exchange_.running.run(switchboard_.tidy());
  return ++connections_;
}

void LoopAri::lose_line() {
  if (!is_connected_.exchange(false)) return;
  connected_.set(0);
  exchange_.line.close();
  exchange_.arrivals.fail_all();
}

void LoopAri::take(std::string_view text) {
  auto message = read_message(text);
  if (!message) {
    log::failure("Asterisk sent something that is not understood", {}, message.error());
    return;
  }
  if (auto* reply = std::get_if<Reply>(&*message)) return exchange_.line.take(std::move(*reply));
  switchboard_.take(std::get<Event>(*message));
}

Task<void> LoopAri::tick() {
  while (co_await exchange_.parts.pause(context(), beat)) {
    auto now = std::chrono::steady_clock::now();
    exchange_.line.expire(now);
    exchange_.arrivals.expire(now);
  }
}

Task<void> LoopAri::stay_connected() {
  const auto& options = exchange_.options;
  auto wait = options.reconnect_min;
  co_await hop(loop_);
  while (!stop_.stop_requested()) {
    auto opened = co_await exchange_.parts.sockets->open(context(), events_request(options));
    auto began = std::chrono::steady_clock::now();
    if (opened) {
      co_await follow(**opened);
    } else if (!stop_.stop_requested()) {
      log::failure("Asterisk cannot be reached", {}, opened.error());
    }
    if (std::chrono::steady_clock::now() - began > steady_after) wait = options.reconnect_min;
    if (!co_await exchange_.parts.pause(context(), wait)) co_return;
    wait = std::min(2 * wait, options.reconnect_max);
  }
}

Task<void> LoopAri::follow(OutgoingSocket& socket) {
  auto connection = take_line([&socket](std::string text) {
    return socket.send({.content = std::move(text), .is_binary = false});
  });
  for (;;) {
    auto message = co_await socket.receive(context());
    if (!message || !*message) break;
    if (connection != connections_) co_return;  // Asterisk connected to us meanwhile
    take((*message)->content);
  }
  if (connection != connections_) co_return;
  lose_line();
  if (!stop_.stop_requested())
    log::warn("The connection to Asterisk is lost", {{"code", socket.close_code()}});
}

Task<Result<voice::DialEnd>> LoopAri::dial(CallContext context, voice::OutboundCall call) {
  if (!is_available())
    co_return fail(ErrorCode::unavailable, "There is no telephone system to call by");
  auto* home = context.home;
  co_await hop(loop_);
  auto end = co_await switchboard_.dial(std::move(context), std::move(call));
  if (home != nullptr) co_await hop(*home);
  co_return end;
}

void LoopAri::drain(milliseconds patience) {
  auto until = std::chrono::steady_clock::now() + patience;
  std::size_t count = 1;
  while (count > 0 && std::chrono::steady_clock::now() < until) {
    post_and_wait([&] {
      switchboard_.close();
      count = is_connected_ ? switchboard_.count() : 0;
    });
    if (count > 0) std::this_thread::sleep_for(milliseconds(20));
  }
}

Task<Result<void>> LoopAri::admit(CallContext, const http::Request& request) {
  const auto& options = exchange_.options;
  if (options.incoming_password.empty() || request.parameter("app") != options.app)
    co_return fail(ErrorCode::not_found, "No telephone system connects here");
  if (!equal_in_constant_time(request.refused_secret, options.incoming_password))
    co_return fail(ErrorCode::unauthenticated, "Send the password of ari.incoming_password");
  co_return Result<void>{};
}

Task<void> LoopAri::serve(CallContext context, http::WebSocket& socket) {
  auto incoming = std::make_shared<IncomingSocket>();  // shared with what is still to be sent
  incoming->home = context.home;
  incoming->socket = &socket;
  auto send = [incoming](std::string text) {
    incoming->home->post([incoming, text = std::move(text)]() mutable {
      if (incoming->socket == nullptr) return;
      // A request that does not leave is one that is not answered.
      if (!incoming->socket->try_send({.content = std::move(text)}))
        log::warn("Asterisk does not take what it is sent");
    });
    return true;
  };
  co_await hop(loop_);
  auto connection = take_line(send);
  co_await hop(*context.home);
  for (;;) {
    auto message = co_await socket.receive();
    if (!message || !*message) break;
    loop_.post([this, connection, text = std::move((*message)->content)] {
      if (connection == connections_) take(text);
    });
  }
  incoming->socket = nullptr;
  loop_.post([this, connection] {
    if (connection == connections_) lose_line();
  });
}

std::vector<http::WebSocketRoute> LoopAri::routes() {
  http::WebSocketOptions options{.message_bytes_max = message_bytes_max, .protocols = {"ari"}};
  options.admission = [this](CallContext context, http::Request& request) {
    return admit(std::move(context), request);
  };
  std::vector<http::WebSocketRoute> routes;
  // Asterisk has a password of its own; nobody's key opens this.
  routes.push_back({"/ari/:app", http::Right::anyone(),
                    [this](CallContext context, http::Request&, http::WebSocket& socket) {
                      return serve(std::move(context), socket);
                    },
                    std::move(options)});
  return routes;
}

}  // namespace

Result<std::unique_ptr<Ari>> make_ari(Options options, Parts parts) {
  TRY_VOID(check(options));
  if (!options.url.empty() && parts.sockets == nullptr)
    return fail(ErrorCode::unavailable, "There is no client for WebSockets");
  auto ari = std::make_unique<LoopAri>(std::move(options), parts);
  ari->begin();
  return ari;
}

}  // namespace aiva::ari
