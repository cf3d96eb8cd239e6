#pragma once

#include <string_view>

#include "documents/block_output.h"
#include "foundation/result.h"

namespace aiva::documents {

// Puts the plain text of a mail out on `page`: what is quoted ("> ") and the signature behind "-- "
// as quotations, the rest as plain text is read. `is_flowed`: lines that end in a blank go on (RFC
// 3676).
Result<void> add_mail_text(std::string_view text, bool is_flowed, int page, BlockOutput& out);

}  // namespace aiva::documents
