#pragma once

#include <string>
#include <string_view>

#include "documents/block_output.h"
#include "foundation/result.h"

namespace aiva::documents {

// Puts one mail out on `page`: its subject as a heading, who wrote it to whom and when, its text,
// and each attachment under its name. An attachment that cannot be read leaves a note. Returns the
// subject.
Result<std::string> add_mail(std::string_view bytes, int page, BlockOutput& out);

}  // namespace aiva::documents
