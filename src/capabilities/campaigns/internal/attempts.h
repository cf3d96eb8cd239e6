#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "capabilities/campaigns/internal/open_calls_table.h"
#include "capabilities/campaigns/runner.h"

namespace aiva::campaigns {

// A contact that is being called.
struct Attempt {
  Campaign campaign{};
  Contact contact{};
  OpenCall open{};
};

// What there is to do for a campaign.
struct Claim {
  enum class Kind : std::uint8_t { nothing, attempt, finished } kind = Kind::nothing;
  Attempt attempt{};
};

// Why an attempt is given back.
enum class GiveBack : std::uint8_t {
  not_dialled,  // it does not count
  broken_off,   // it rang
};

// The transactions of attempts: each begins, moves or ends one, or does nothing when somebody else
// was first.
class Attempts {
 public:
  // Both are borrowed.
  Attempts(const RunnerParts& parts, const RunnerSettings& settings)
      : parts_(parts), settings_(settings) {}

  // Begins the next attempt of a campaign that is due, or finishes the campaign.
  Task<Result<Claim>> claim(CallContext context, Campaign campaign);
  // The call is announced. False when it may no longer be dialled: then it was given back, or put
  // where it belongs.
  Task<Result<bool>> confirm(CallContext context, Attempt& attempt, voice::CallId call);
  Task<Result<void>> mark_answered(CallContext context, OpenCall open);
  // It waits again.
  Task<Result<void>> give_back(CallContext context, OpenCall open, GiveBack why);
  // It has come to that. The call's row, if there is one, tells how long and dear it was.
  Task<Result<void>> settle(CallContext context, OpenCall open, std::string outcome,
                            std::optional<voice::Call> call);
  // The campaign stands, for that reason, until somebody resumes it.
  Task<Result<void>> pause(CallContext context, TenantId tenant, CampaignId campaign,
                           std::string reason);
  Task<Result<void>> rest(CallContext context, TenantId tenant, CampaignId campaign);
  // Nothing more is called from its end date on.
  Task<Result<void>> end(CallContext context, TenantId tenant, CampaignId campaign);

  // Whether the campaign's dates and hours allow calls now.
  [[nodiscard]] bool may_call_now(const Campaign& campaign) const;

 private:
  Result<Claim> take(SqlSession& sql, TenantId tenant, CampaignId id);
  Result<bool> take_off_forbidden(SqlSession& sql, const Campaign& campaign, Contact& contact);
  Result<void> release(SqlSession& sql, const OpenCall& open, GiveBack why);
  Result<void> finish(SqlSession& sql, Campaign& campaign, std::string reason);
  Result<void> tell(SqlSession& sql, const Campaign& campaign, const Contact* contact);

  const RunnerParts& parts_;
  const RunnerSettings& settings_;
};

}  // namespace aiva::campaigns
