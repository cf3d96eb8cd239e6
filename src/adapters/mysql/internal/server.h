#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/mysql/mysql_database.h"
#include "foundation/result.h"

namespace aiva::mysql {

struct Host {
  std::string name;
  std::uint16_t port = 3306;
  auto operator<=>(const Host&) const = default;
};

// HOST:PORT, with brackets around an IPv6 address.
std::string to_string(const Host& host);

// One place to connect to: a primary, which may be any of its hosts, or a replica.
struct Server {
  std::vector<Host> hosts;
  std::string user;
  std::string password;
  std::string database;
  bool must_be_writable = true;
};

struct Servers {
  Server primary;
  std::vector<Server> replicas;
};

// Reads the URL and the list of replicas. Fails with `invalid`; no message has the password.
Result<Servers> read_servers(const MysqlOptions& options);

}  // namespace aiva::mysql
