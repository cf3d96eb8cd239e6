#pragma once

#include "capabilities/billing/budgets.h"
#include "capabilities/webhooks/outbox.h"

namespace aiva::app {

// Puts what happens to credits into the outbox, which must outlive it.
billing::CreditListener tell_of_credits(webhooks::Outbox& outbox);

}  // namespace aiva::app
