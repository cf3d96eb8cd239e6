#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva {

struct HttpHeader {
  std::string name;
  std::string value;
};

// Part of a file as a request's body. It is read while it is sent and is never in memory whole.
struct HttpFileBody {
  std::filesystem::path path;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // absolute, http or https
  std::vector<HttpHeader> headers{};
  std::string body{};
  std::optional<HttpFileBody> file{};        // instead of `body`
  std::chrono::milliseconds timeout{30000};  // for the whole exchange; the context's deadline too
  std::size_t response_bytes_max = 32 * 1024 * 1024;
  // Addresses of the operator's own configuration may be private; a tenant's URL may not.
  bool may_reach_private_addresses = false;
  // The server hears of the caller's trace (traceparent): one that works for us, not anybody's.
  bool tells_trace = false;
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers{};
  std::string body{};

  // The first header of that name (case-insensitive), or empty.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

// An answer whose body is still arriving. Destroying it closes the connection.
class HttpStream {
 public:
  virtual ~HttpStream() = default;
  // Status and headers; the body stays empty.
  [[nodiscard]] virtual const HttpResponse& head() const = 0;
  // The next piece of the body, nothing at its end.
  virtual Task<Result<std::optional<std::string>>> next(CallContext context) = 0;
};

// Outbound HTTP/1.1 with pooled connections, TLS verification and guarded addresses. Any status is
// a success; failures are `timeout`, `cancelled`, `unavailable` (connection), `forbidden` (a
// guarded address), `too_large`, `invalid` (the URL), `internal` (a file that cannot be read or is
// shorter than its body).
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual Task<Result<HttpResponse>> send(CallContext context, HttpRequest request) = 0;
  virtual Task<Result<std::unique_ptr<HttpStream>>> open(CallContext context,
                                                         HttpRequest request) = 0;
};

}  // namespace aiva
