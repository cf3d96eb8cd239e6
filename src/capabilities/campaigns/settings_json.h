#pragma once

#include <string>
#include <vector>

#include "capabilities/campaigns/types.h"
#include "foundation/json.h"
#include "foundation/result.h"

namespace aiva::campaigns {

// [{"days":["mon"],"from":"09:00","to":"18:00"}]
std::string to_json(const std::vector<CallingWindow>& windows);
// Fails with `invalid` and a sentence; what they say is not checked.
Result<std::vector<CallingWindow>> windows_from_json(const json::Value& value);

// {"busy":{"times":2,"after_s":900}}
std::string to_json(const Retries& retries);
Result<Retries> retries_from_json(const json::Value& value);

// {"city":"Berlin"}
std::string to_json(const std::map<std::string, std::string>& variables);

}  // namespace aiva::campaigns
