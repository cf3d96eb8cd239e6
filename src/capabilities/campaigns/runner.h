#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "capabilities/campaigns/campaigns.h"
#include "capabilities/voice/call_log.h"
#include "capabilities/voice/dialler.h"
#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::campaigns {

struct RunnerSettings {
  std::size_t dials_max = 500;  // that ring at once, of this process
  // Beyond the time it may ring, until whoever dials is believed dead.
  std::chrono::milliseconds lease_beyond_ringing{20'000};
  std::chrono::milliseconds leg_wait_max{60'000};  // for the audio of an answered call
  std::chrono::milliseconds rest{30'000};          // of a campaign that had no line
};

// Everything is borrowed; the listener may be empty.
struct RunnerParts {
  Database& database;
  voice::CallLog& calls;
  voice::CallDialler& dialler;
  const Clock& clock;
  Metrics& metrics;
  CampaignListener listener{};
};

// Calls the contacts of all running campaigns. The rows say what is to be done and what goes on: a
// contact is called by whoever's transaction has put its number among the open calls, so that no
// number of a tenant rings twice at once, whatever dies or runs beside. What a killed process was
// dialling is found by its lease and resolved by the call's row, or tried again.
class Runner {
 public:
  virtual ~Runner() = default;  // stops, and waits
  // Resolves what is over, breaks off what rings for campaigns that stand, begins what is due, and
  // returns; to be called about every second. What it began goes on by itself.
  virtual Task<Result<void>> turn(CallContext context) = 0;
  // Begins nothing any more, and breaks off what rings, to be tried again.
  virtual void stop() = 0;
  // Waits until nothing rings.
  virtual void wait_idle() = 0;
};

std::unique_ptr<Runner> make_runner(RunnerParts parts, RunnerSettings settings = {});

}  // namespace aiva::campaigns
