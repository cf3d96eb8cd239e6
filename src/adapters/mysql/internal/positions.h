#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace aiva::mysql {

// How far this process has written: the last transaction of each stream of the log (a domain of
// MariaDB, a server of MySQL). A replica that has come there has all that was committed here.
class Positions {
 public:
  struct Place {
    std::uint64_t number = 0;  // grows with each change; 0: nothing was written yet
    std::string text{};        // as a replica is asked for it
  };

  // Of a transaction just committed: "0-1-42" or "UUID:42".
  void note(std::string_view transaction);
  [[nodiscard]] Place latest() const;

 private:
  struct Stream {
    std::string name;  // "0", or the UUID
    std::uint64_t sequence = 0;
    std::string text;
  };

  mutable std::mutex mutex_;
  std::vector<Stream> streams_;  // the one written last is the last
  std::uint64_t number_ = 0;
};

}  // namespace aiva::mysql
