#pragma once

#include <string_view>

#include "foundation/result.h"

namespace aiva::webhooks {

// Whether events may be sent there: https (or http, where private addresses are allowed), a host,
// no user name, no fragment, 2000 characters at most. What the name resolves to is checked by the
// HTTP client at each attempt. Fails with `invalid`.
Result<void> check_address(std::string_view url, bool may_be_private);

}  // namespace aiva::webhooks
