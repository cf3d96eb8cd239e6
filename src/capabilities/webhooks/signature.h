#pragma once

#include <span>
#include <string>
#include <string_view>

#include "foundation/time.h"

namespace aiva::webhooks {

// The value of the header AIVA-Signature: `t=SECONDS,v1=HEX` with one v1 for each secret, the
// HMAC-SHA-256 of `SECONDS.BODY`. Receivers refuse instants more than five minutes from theirs.
std::string sign(std::span<const std::string> secrets, UnixMs now, std::string_view body);

}  // namespace aiva::webhooks
