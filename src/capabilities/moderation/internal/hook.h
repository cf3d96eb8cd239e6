#pragma once

#include "capabilities/moderation/moderation.h"

namespace aiva::moderation {

// Asks the webhook of an agent: POST {type, created_at, tenant_id, agent_id, session_id, texts},
// signed with the tenant's secret where one is named. Anything but 200 and a report is a failure.
Task<Result<ModerationReport>> ask_hook(CallContext context, const ModerationParts& parts,
                                        bool may_be_private,
                                        const agents::ModerationSettings& settings,
                                        const Subject& subject);

}  // namespace aiva::moderation
