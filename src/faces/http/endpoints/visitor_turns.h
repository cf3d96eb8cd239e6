#pragma once

#include <vector>

#include "faces/http/endpoints/visitor_visit.h"
#include "faces/http/route.h"

namespace aiva::http {

// What visitors say and how it is answered: messages, streams that may be taken up again, stopping,
// and what visitors think of answers. `origins` decides which pages may read the answers.
std::vector<Route> visitor_turn_routes(VisitorPartsPointer parts, OriginRule origins);

}  // namespace aiva::http
