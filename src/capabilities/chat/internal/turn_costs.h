#pragma once

#include <optional>

#include "capabilities/billing/billing.h"
#include "capabilities/chat/internal/turn.h"
#include "capabilities/chat/settings.h"
#include "capabilities/chat/types.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::chat {

// What the model's work costs before the margin.
billing::MicroUsd price_of_work(const ChatSettings& settings, std::string_view provider,
                                std::string_view model, const ChatUsage& usage);

// The credits to set aside while a turn runs, under the id of its answer: about the most that one
// round with the model can cost.
billing::Hold hold_of(const ChatParts& parts, const ChatSettings& settings, const TurnInput& input,
                      std::optional<ApiKeyId> key);

// Takes what an answer costs and ends its hold, once however often it is called, inside the
// caller's transaction; the answer is the sum with the margin (0 on a repetition).
Result<billing::MicroUsd> settle_answer(SqlSession& sql, billing::Billing& billing, TenantId tenant,
                                        std::optional<ApiKeyId> key, const Answer& answer);

}  // namespace aiva::chat
