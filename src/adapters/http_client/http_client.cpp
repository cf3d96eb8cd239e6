#include "adapters/http_client/http_client.h"

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "adapters/http_client/internal/exchange.h"
#include "adapters/http_client/internal/loop.h"
#include "adapters/http_client/internal/request_text.h"
#include "adapters/http_client/internal/stream_pump.h"
#include "adapters/http_client/internal/url.h"
#include "foundation/span.h"
#include "foundation/thread_pool.h"

namespace aiva {
namespace {

using namespace http_client;
using Instant = std::chrono::steady_clock::time_point;

constexpr std::size_t lookup_threads = 4;
constexpr std::size_t lookups_waiting_max = 1000;

// A loop and the connections that live on it.
struct Shard {
  Shard(const Dialer& dialer, const PoolLimits& limits) : pool(loop.context(), dialer, limits) {}

  Loop loop;
  ConnectionPool pool;
};

Awaitable<Result<HttpResponse>> fetch(ConnectionPool& pool, PreparedRequest request) {
  Exchange exchange(pool, std::move(request));
  auto begun = co_await exchange.begin();
  if (!begun) co_return fail(std::move(begun.error()));
  auto body = co_await exchange.rest();
  if (!body) co_return fail(std::move(body.error()));
  HttpResponse response = exchange.head();
  response.body = std::move(*body);
  co_return response;
}

Awaitable<Result<std::unique_ptr<Exchange>>> begin(ConnectionPool& pool, PreparedRequest request) {
  auto exchange = std::make_unique<Exchange>(pool, std::move(request));
  auto begun = co_await exchange->begin();
  if (!begun) co_return fail(std::move(begun.error()));
  co_return std::move(exchange);
}

// The step of a request until the head of its answer or, where it is awaited whole, its end; the
// server may be told of it.
Span begin_span(const CallContext& context, HttpRequest& request) {
  Span span(context, "http.request", SpanKind::client);
  span.set("http.request.method", request.method);
  if (request.tells_trace && context.trace.has_id())
    request.headers.push_back({"traceparent", to_traceparent(span.inside(context).trace)});
  return span;
}

// No more of the URL: paths and queries may hold secrets.
void note_server(Span& span, const PreparedRequest& request) {
  span.set("server.address", request.origin.host);
}

void note_status(Span& span, int status) {
  span.set("http.response.status_code", std::int64_t{status});
}

class PooledHttpStream final : public HttpStream {
 public:
  PooledHttpStream(Loop& loop, std::unique_ptr<Exchange> exchange, Instant deadline)
      : head_(exchange->head()),
        pump_(std::make_shared<StreamPump>(loop, std::move(exchange))),
        deadline_(deadline) {}
  ~PooledHttpStream() override { drop(); }

  [[nodiscard]] const HttpResponse& head() const override { return head_; }

  Task<Result<std::optional<std::string>>> next(CallContext context) override {
    if (failure_) co_return fail(*failure_);
    if (!pump_) co_return std::nullopt;
    StreamPump::Next next(*pump_, context, std::min(context.deadline, deadline_));
    auto piece = co_await next;
    if (!piece) failure_ = piece.error();
    if (!piece || !*piece) drop();
    co_return piece;
  }

 private:
  void drop() {
    if (pump_) std::exchange(pump_, nullptr)->drop();
  }

  HttpResponse head_;
  std::shared_ptr<StreamPump> pump_;  // null when the stream has ended; its loop may need it longer
  Instant deadline_;
  std::optional<Error> failure_;
};

class PooledHttpClient final : public HttpClient {
 public:
  PooledHttpClient(HttpClientOptions options, std::unique_ptr<asio::ssl::context> tls)
      : options_(std::move(options)),
        tls_(std::move(tls)),
        lookups_(std::make_unique<ThreadPool>(ThreadPoolOptions{
            .name = "aiva-lookup", .threads = lookup_threads, .queue_max = lookups_waiting_max})) {
    Dialer dialer{.lookups = *lookups_,
                  .tls = *tls_,
                  .timeout = options_.connect_timeout,
                  .connect_seconds = options_.connect_seconds};
    PoolLimits limits{
        .connections_per_host_max = std::max<std::size_t>(options_.connections_per_host_max, 1),
        .waiting_per_host_max = options_.waiting_per_host_max,
        .idle_max = options_.idle_connections_max,
        .idle_time_max = options_.idle_time_max};
    for (std::size_t i = 0; i < std::max<std::size_t>(options_.threads, 1); ++i)
      shards_.push_back(std::make_unique<Shard>(dialer, limits));
  }

  ~PooledHttpClient() override {
    for (auto& shard : shards_) shard->loop.stop([&pool = shard->pool] { pool.close(); });
    // Lookups that are still running post to the loops, so they end first.
    lookups_.reset();
  }

  Task<Result<HttpResponse>> send(CallContext context, HttpRequest request) override {
    CO_TRY_VOID(context.check());
    auto deadline = find_deadline(context, request);
    auto span = begin_span(context, request);
    CO_TRY(auto prepared, prepare(std::move(request)));
    note_server(span, prepared);
    auto& shard = next_shard();
    auto work = [&pool = shard.pool, prepared = std::move(prepared)]() mutable {
      return fetch(pool, std::move(prepared));
    };
    OnLoop<HttpResponse, decltype(work)> on_loop(shard.loop, context, deadline, std::move(work));
    auto response = co_await on_loop;
    span.note(response);
    if (response) note_status(span, response->status);
    co_return response;
  }

  Task<Result<std::unique_ptr<HttpStream>>> open(CallContext context,
                                                 HttpRequest request) override {
    CO_TRY_VOID(context.check());
    auto deadline = find_deadline(context, request);
    auto stream_deadline = std::chrono::steady_clock::now() + request.timeout;
    auto span = begin_span(context, request);
    CO_TRY(auto prepared, prepare(std::move(request)));
    note_server(span, prepared);
    auto& shard = next_shard();
    auto work = [&pool = shard.pool, prepared = std::move(prepared)]() mutable {
      return begin(pool, std::move(prepared));
    };
    OnLoop<std::unique_ptr<Exchange>, decltype(work)> on_loop(shard.loop, context, deadline,
                                                              std::move(work));
    auto exchange = co_await on_loop;
    span.note(exchange);
    if (!exchange) co_return fail(std::move(exchange.error()));
    note_status(span, (*exchange)->head().status);
    co_return std::make_unique<PooledHttpStream>(shard.loop, std::move(*exchange), stream_deadline);
  }

 private:
  static Instant find_deadline(const CallContext& context, const HttpRequest& request) {
    return std::min(context.deadline, std::chrono::steady_clock::now() + request.timeout);
  }

  Result<PreparedRequest> prepare(HttpRequest request) const {
    TRY(auto url, parse_url(request.url));
    TRY(auto head, write_request_head(request, url));
    Origin origin{.is_tls = url.is_tls,
                  .host = std::move(url.host),
                  .port = url.port,
                  .may_be_private = request.may_reach_private_addresses};
    return PreparedRequest{.origin = std::move(origin),
                           .head = std::move(head),
                           .body = std::move(request.body),
                           .file = std::move(request.file),
                           .files = lookups_.get(),
                           .may_repeat = is_idempotent(request.method),
                           .has_answer_body = request.method != "HEAD",
                           .limits = {.header_bytes_max = options_.header_bytes_max,
                                      .body_bytes_max = request.response_bytes_max}};
  }

  Shard& next_shard() { return *shards_[next_shard_++ % shards_.size()]; }

  HttpClientOptions options_;
  std::unique_ptr<asio::ssl::context> tls_;
  std::unique_ptr<ThreadPool> lookups_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::atomic<std::size_t> next_shard_ = 0;
};

}  // namespace

Result<std::unique_ptr<HttpClient>> make_http_client(HttpClientOptions options) {
  TRY(auto tls, make_tls_context(options.ca_file));
  return std::make_unique<PooledHttpClient>(std::move(options), std::move(tls));
}

}  // namespace aiva
