#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "capabilities/campaigns/types.h"
#include "foundation/result.h"

namespace aiva::campaigns {

// What a list may hold: a row of some hundred bytes each.
inline constexpr std::int64_t contacts_max = 100'000;
inline constexpr std::size_t batch_max = 1000;

// Whether it is UTF-8 of at most so many bytes without control characters; line breaks may be
// where `is_prose`.
bool is_text(std::string_view text, std::size_t bytes_max, bool is_prose = false);

// Checks what a campaign is, and writes its caller's number as numbers are written. Fails with
// `invalid` naming every field.
Result<void> check(Campaign& campaign);

// The contact as it is kept; or what is wrong.
Result<Contact> make_contact(const NewContact& given);

// The field and sentence of the first mistake.
LineError line_error(std::int64_t line, const Error& error);

}  // namespace aiva::campaigns
