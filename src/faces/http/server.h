#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/idempotency/idempotency.h"
#include "faces/http/authenticator.h"
#include "faces/http/lifecycle.h"
#include "faces/http/router.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/thread_pool.h"
#include "foundation/tracer.h"
#include "ports/cache.h"

namespace aiva::http {

// How many calls a window allows; zero calls: no limit.
struct RateLimit {
  std::int64_t calls_max = 0;
  std::chrono::milliseconds window{60'000};
};

struct RateLimits {
  RateLimit login{5, std::chrono::minutes(1)};         // per client address
  RateLimit register_{3, std::chrono::hours(1)};       // per client address
  RateLimit anonymous{100, std::chrono::minutes(15)};  // per client address
  RateLimit signed_in{0, std::chrono::minutes(1)};     // per user or API key, unless it has its own
};

struct Timeouts {
  std::chrono::milliseconds header{10'000};  // from a request's first byte to the end of its head
  std::chrono::milliseconds idle{60'000};    // between requests
  std::chrono::milliseconds call{60'000};    // a handler's deadline, unless the route has its own
  std::chrono::milliseconds write_stall{30'000};  // without the peer taking a byte of the answer
  std::chrono::milliseconds body_grace{10'000};   // before the body's minimum rate is asked for
  std::chrono::milliseconds heartbeat{15'000};    // between signs of life on quiet streams
  std::chrono::milliseconds tick{1'000};          // how precisely these are kept
};

struct Limits {
  std::size_t header_bytes_max = 16 * 1024;  // request line and headers
  std::size_t target_bytes_max = 8 * 1024;
  std::size_t headers_max = 100;
  std::size_t connections_max = 20'000;
  std::size_t connections_per_address_max = 2'000;
  std::size_t body_bytes_per_second_min = 1'024;
  std::size_t form_parts_max = 20;
  std::size_t form_field_bytes_max = 64 * 1024;
};

// PEM files; the certificate file holds the chain.
struct TlsFiles {
  std::filesystem::path certificate;
  std::filesystem::path private_key;
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 62001;                             // 0: any free one
  int threads = 0;                                        // event loops; 0: one per core
  std::filesystem::path staging_folder = "data/staging";  // where uploads land
  std::optional<TlsFiles> tls{};
  std::vector<std::string> cors_origins{};  // "https://shop.example", or "*"
  std::vector<std::string>
      trusted_proxies{};  // addresses or CIDR blocks whose X-Forwarded-For counts
  bool has_access_log = true;
  bool has_gzip = true;
  Timeouts timeouts{};
  Limits limits{};
  RateLimits rates{};
};

// What the server needs of the world; everything is borrowed and must outlive it.
struct ServerParts {
  Authenticator& authenticator;
  Cache& cache;  // rate limits
  Metrics& metrics;
  ThreadPool& files;  // blocking file work
  Lifecycle& lifecycle;
  idempotency::Idempotency* keys = nullptr;  // null: Idempotency-Key is passed over
  Tracer* tracer = nullptr;                  // null: nothing is recorded
};

// A listening server with its own threads. The destructor cancels running calls and waits for them.
class Server {
 public:
  virtual ~Server() = default;
  // The port it listens on.
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  [[nodiscard]] virtual std::size_t connections() const = 0;
  // Stops accepting, ends streams of routes that say so, lets running calls and other streams
  // finish until `patience` is over, then cancels them; returns when every connection is closed.
  // Blocks; call it from a thread of the wiring.
  virtual void drain(std::chrono::milliseconds patience) = 0;
};

// Binds and starts serving. `unavailable` when the address is taken, `invalid` on unusable options.
Result<std::unique_ptr<Server>> make_server(ServerOptions options, Router router,
                                            ServerParts parts);

}  // namespace aiva::http
