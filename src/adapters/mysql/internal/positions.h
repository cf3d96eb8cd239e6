#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace aiva::mysql {

// The last transaction of each stream of a log: a domain of MariaDB, a server of MySQL.
class Streams {
 public:
  // Of one transaction, "0-1-42" or "UUID:42"; false where nothing is later than what is known.
  bool note(std::string_view transaction);
  void note(const Streams& others);
  // As a replica is asked for it; empty: nothing is known.
  [[nodiscard]] std::string text() const;

 private:
  struct Stream {
    std::string name;  // "0", or the UUID
    std::uint64_t sequence = 0;
    std::string text;
  };
  bool note(Stream seen);

  std::vector<Stream> streams_;  // the one written last is the last
};

// How far this process has written. A replica that has come there has all that was committed here.
class Positions {
 public:
  struct Place {
    std::uint64_t number = 0;  // grows with each change; 0: nothing was written yet
    std::string text{};        // as a replica is asked for it
  };

  // Of a transaction just committed.
  void note(std::string_view transaction);
  [[nodiscard]] Place latest() const;

 private:
  mutable std::mutex mutex_;
  Streams streams_;
  std::uint64_t number_ = 0;
};

}  // namespace aiva::mysql
