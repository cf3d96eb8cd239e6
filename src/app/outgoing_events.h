#pragma once

#include "capabilities/billing/budgets.h"
#include "capabilities/chat/events.h"
#include "capabilities/webhooks/outbox.h"

namespace aiva::app {

// Put what happens to credits and in conversations into the outbox, which must outlive them.
billing::CreditListener tell_of_credits(webhooks::Outbox& outbox);
chat::ChatListener tell_of_chat(webhooks::Outbox& outbox);

}  // namespace aiva::app
