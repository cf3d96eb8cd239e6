#pragma once

#include <string>
#include <string_view>

#include "capabilities/campaigns/types.h"

namespace aiva::campaigns {

// What an attempt came to, for a contact: answered | machine | busy | no_answer | rejected |
// unreachable | failed. Of a call that talked, by who answered it.
std::string outcome_of(const voice::Call& call);

// Notes an attempt's outcome: the contact waits again where the campaign's rules say so and it is
// not over, else this is what became of it.
void note_outcome(Contact& contact, const Campaign& campaign, std::string_view outcome, UnixMs now);

}  // namespace aiva::campaigns
