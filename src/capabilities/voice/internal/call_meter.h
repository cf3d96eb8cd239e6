#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "capabilities/voice/call_log.h"
#include "capabilities/voice/internal/calls_table.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::voice {

// What so many milliseconds of a call cost before the margin; a second that has begun counts.
billing::MicroUsd cost_of(std::int64_t ms, billing::MicroUsd per_minute);

// Sets parts of a call aside and takes them, each once: every part is a hold of its own, with the
// call's id and the part's number as its reference.
class CallMeter {
 public:
  CallMeter(SqlSession& sql, billing::Billing& billing, const CallPrices& prices,
            const MeteredCall& call)
      : sql_(sql), billing_(billing), prices_(prices), call_(call), state_(call.meter) {}

  // Sets aside what is not yet of the parts that begin before `until_ms`. Fails with
  // `quota_exceeded`; what was set aside until then stands.
  Result<void> hold(std::int64_t until_ms);
  // Takes the parts that are over.
  Result<void> take_whole_parts(std::int64_t elapsed_ms);
  // Takes what is left up to there, and gives back what was set aside beyond.
  Result<void> take_rest(std::int64_t duration_ms);
  // Gives back what was set aside and not taken.
  Result<void> release_rest();

  [[nodiscard]] const MeterState& state() const { return state_; }

 private:
  Result<void> take(std::int64_t until_ms);
  Result<void> release_from(std::int64_t part_begins);
  [[nodiscard]] std::string reference(std::int64_t starts_ms) const;

  SqlSession& sql_;
  billing::Billing& billing_;
  const CallPrices& prices_;
  const MeteredCall& call_;
  MeterState state_;
};

}  // namespace aiva::voice
