#pragma once

#include "capabilities/billing/budgets.h"
#include "capabilities/campaigns/campaigns.h"
#include "capabilities/chat/events.h"
#include "capabilities/webhooks/outbox.h"

namespace aiva::app {

// Put what happens to credits, in conversations and in campaigns into the outbox, which must
// outlive them.
billing::CreditListener tell_of_credits(webhooks::Outbox& outbox);
chat::ChatListener tell_of_chat(webhooks::Outbox& outbox);
campaigns::CampaignListener tell_of_campaigns(webhooks::Outbox& outbox);

}  // namespace aiva::app
