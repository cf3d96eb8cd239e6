#include "adapters/mysql/internal/server.h"

#include <charconv>
#include <optional>
#include <utility>

#include "foundation/text/percent.h"

namespace aiva::mysql {
namespace {

constexpr std::string_view scheme = "mysql://";
constexpr std::size_t hosts_max = 16;

Error refusal(const std::string& why) {
  return invalid_field("database.url",
                       why + "; it is mysql://USER[:PASSWORD]@HOST[:PORT][,HOST…]/DATABASE");
}

std::optional<Host> read_host(std::string_view text) {
  Host host;
  std::string_view port;
  if (text.starts_with('[')) {
    auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host.name = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else {
    auto colon = std::min(text.find(':'), text.size());
    host.name = text.substr(0, colon);
    port = text.substr(colon);
  }
  if (host.name.empty()) return std::nullopt;
  if (port.empty()) return host;
  const auto* last = port.data() + port.size();
  auto [end, failure] = std::from_chars(port.data() + 1, last, host.port);
  if (port.front() != ':' || failure != std::errc() || end != last || host.port == 0)
    return std::nullopt;
  return host;
}

Result<std::vector<Host>> read_hosts(std::string_view text) {
  std::vector<Host> hosts;
  for (;;) {
    auto comma = text.find(',');
    auto host = read_host(text.substr(0, comma));
    if (!host || hosts.size() == hosts_max) return fail(refusal("has a host that cannot be read"));
    hosts.push_back(std::move(*host));
    if (comma == std::string_view::npos) return hosts;
    text.remove_prefix(comma + 1);
  }
}

// What stands before the "@".
Result<void> read_user(std::string_view text, Server& server) {
  auto colon = text.find(':');
  auto user = decode_percent(text.substr(0, colon));
  auto password = decode_percent(colon == std::string_view::npos ? "" : text.substr(colon + 1));
  if (!user || user->empty()) return fail(refusal("has no user"));
  if (!password) return fail(refusal("has a password with a wrong %"));
  server.user = std::move(*user);
  server.password = std::move(*password);
  return {};
}

}  // namespace

std::string to_string(const Host& host) {
  bool is_v6 = host.name.find(':') != std::string::npos;
  return (is_v6 ? "[" + host.name + "]" : host.name) + ":" + std::to_string(host.port);
}

Result<Servers> read_servers(const MysqlOptions& options) {
  std::string_view rest = options.url;
  if (!rest.starts_with(scheme)) return fail(refusal("does not begin with mysql://"));
  rest.remove_prefix(scheme.size());
  auto slash = rest.rfind('/');
  if (slash == std::string_view::npos) return fail(refusal("names no database"));
  auto authority = rest.substr(0, slash);
  auto at = authority.rfind('@');
  if (at == std::string_view::npos) return fail(refusal("has no user"));

  Servers servers;
  auto name = decode_percent(rest.substr(slash + 1));
  if (!name || name->empty() || name->find('?') != std::string::npos)
    return fail(refusal("names no database"));
  servers.primary.database = std::move(*name);
  TRY_VOID(read_user(authority.substr(0, at), servers.primary));
  if (!options.password.empty()) servers.primary.password = options.password;
  TRY(servers.primary.hosts, read_hosts(authority.substr(at + 1)));
  for (const auto& text : options.replicas) {
    auto host = read_host(text);
    if (!host) return fail(invalid_field("database.replicas", "must be HOST or HOST:PORT"));
    auto replica = servers.primary;
    replica.hosts = {std::move(*host)};
    replica.must_be_writable = false;
    servers.replicas.push_back(std::move(replica));
  }
  return servers;
}

}  // namespace aiva::mysql
