#pragma once

#include <vector>

#include "capabilities/chat/privacy.h"
#include "faces/http/route.h"

namespace aiva::http {

// What conversations hold about people, handed out or erased.
std::vector<Route> chat_privacy_routes(chat::Privacy& privacy);

}  // namespace aiva::http
