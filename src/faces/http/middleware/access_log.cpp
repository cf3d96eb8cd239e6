#include "faces/http/middleware/access_log.h"

#include "foundation/crypto.h"
#include "foundation/log.h"

namespace aiva::http {
namespace {

// The 36 characters of an id, or nothing for a nil one, without allocating.
struct IdText {
  char characters[36];
  std::size_t length = 0;

  explicit IdText(const Uuid& id) {
    if (id.is_nil()) return;
    id.write(characters);
    length = sizeof characters;
  }
  [[nodiscard]] std::string_view view() const { return {characters, length}; }
};

}  // namespace

void log_access(const Exchange& exchange, std::uint64_t bytes_sent, double seconds) {
  const auto& request = exchange.request;
  const auto& context = exchange.context;
  auto trace_id = to_hex(context.trace.trace_id);
  auto span_id = to_hex(context.trace.span_id);
  IdText tenant(context.tenant.uuid);
  IdText user(context.user.uuid);
  bool has_route = !request.route_pattern.empty();
  log::write(log::Level::info, "request",
             {{"method", to_string(request.method)},
              {"route", has_route ? request.route_pattern : std::string_view("unmatched")},
              {"status", exchange.response.status},
              {"ms", seconds * 1000},
              {"bytes", bytes_sent},
              {"ip", request.client_address},
              {"tenant", tenant.view()},
              {"user", user.view()},
              {"request_id", request.request_id},
              {"trace_id", trace_id},
              {"span_id", span_id}});
}

}  // namespace aiva::http
