#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "adapters/mysql/mysql_database.h"
#include "foundation/result.h"
#include "ports/testing/temporary_folder.h"

namespace aiva::mysql {

// A MariaDB of its own on a free port of the loopback interface; it ends with this object or with
// the test program.
class MariadbServer {
 public:
  // Starts it with more options of mariadbd. `id` is its server id.
  explicit MariadbServer(int id = 1, std::vector<std::string> options = {});
  ~MariadbServer();
  MariadbServer(const MariadbServer&) = delete;
  MariadbServer& operator=(const MariadbServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::string url(const std::string& database) const;
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
  // Runs a statement as root, outside of any database, and gives the first value of its answer.
  // A failure ends the program.
  std::string ask(const std::string& sql) const;
  // Follows the other's log from its beginning.
  void follow(const MariadbServer& primary) const;
  // Kills it at once, and starts it again on its port with what it kept.
  void kill();
  void start();
  // Stops it in the middle of whatever it does, and lets it go on.
  void freeze() const;
  void thaw() const;

 private:
  TemporaryFolder folder_;
  std::vector<std::string> options_;
  std::uint16_t port_ = 0;
  pid_t process_ = -1;
};

}  // namespace aiva::mysql
