#pragma once

#include <vector>

#include "capabilities/chat/people.h"
#include "faces/http/route.h"

namespace aiva::http {

// The inbox of people who answer, and what users thought of answers.
std::vector<Route> chat_people_routes(chat::People& people);

}  // namespace aiva::http
