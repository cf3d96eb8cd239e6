#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "foundation/result.h"
#include "foundation/time.h"

namespace aiva {

// What a clock on the wall shows.
struct WallTime {
  int weekday = 0;        // from Monday, 0…6
  int minute_of_day = 0;  // 0…1439
};

// A time zone of the IANA database, as ICU carries it. Copies share it; any thread.
class TimeZone {
 public:
  // By its name, like Europe/Berlin or UTC. Fails with `invalid` and a sentence.
  static Result<TimeZone> find(std::string_view name);

  // How far its clocks are ahead of UTC at that instant.
  [[nodiscard]] std::int64_t offset_ms(UnixMs at) const;
  [[nodiscard]] WallTime wall_time(UnixMs at) const;

 private:
  struct Zone;
  explicit TimeZone(std::shared_ptr<const Zone> zone) : zone_(std::move(zone)) {}

  // Shared by the copies.
  std::shared_ptr<const Zone> zone_;
};

}  // namespace aiva
