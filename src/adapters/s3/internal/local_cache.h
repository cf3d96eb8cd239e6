#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "foundation/metrics.h"
#include "foundation/result.h"

namespace aiva::s3 {

// Copies of objects in a folder, the longest unused removed first. A copy appears by a rename when
// it is whole, and its name says of what it is a copy and how long it is, so that the folder can be
// read again after any end of the process; its time says when it was last used. Blocking; any
// thread.
class LocalCache {
 public:
  struct Limits {
    std::uint64_t bytes_max = 0;
    std::chrono::milliseconds kept_least{600'000};  // what was given out is not removed before
  };
  struct Copy {
    std::filesystem::path path;
    std::string etag;
  };

  // Makes the folder for this user only and finds what is in it; what is not whole goes.
  static Result<std::unique_ptr<LocalCache>> open(std::filesystem::path folder, Limits limits,
                                                  Gauge& bytes);

  // The copy of that key; it counts as used now.
  std::optional<Copy> find(const std::string& key);
  // Where a file may grow that will be a copy; of the same disk.
  [[nodiscard]] std::filesystem::path new_part() const;
  // Makes a whole file the copy of that key with that entity tag. It may be of another disk.
  Result<std::filesystem::path> adopt(const std::string& key, const std::string& etag,
                                      const std::filesystem::path& file);
  void forget(const std::string& key);

 private:
  struct Entry {
    std::string name;  // of the key
    std::string etag;
    std::filesystem::path path;
    std::uint64_t size = 0;
  };
  using Entries = std::list<Entry>;

  LocalCache(std::filesystem::path folder, Limits limits, Gauge& bytes)
      : folder_(std::move(folder)), limits_(limits), bytes_gauge_(bytes) {}
  Result<void> scan();
  // With the lock held.
  void add(Entry entry);
  void remove(Entries::iterator entry);
  // Whether nobody was given it lately, by this process or another one of the same folder.
  [[nodiscard]] bool is_free(const Entry& entry) const;
  void make_room();

  std::filesystem::path folder_;
  Limits limits_;
  Gauge& bytes_gauge_;
  std::mutex mutex_;
  Entries entries_{};  // the last used first
  std::unordered_map<std::string, Entries::iterator> by_name_{};
  Entries old_{};  // replaced while somebody may read them
  std::uint64_t bytes_ = 0;
};

}  // namespace aiva::s3
