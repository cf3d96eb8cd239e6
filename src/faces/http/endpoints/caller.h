#pragma once

#include "capabilities/identity/types.h"
#include "faces/http/request.h"

namespace aiva::http {

// Who calls and from where, as the audit log wants it.
inline identity::Caller caller_of(const Request& request) {
  return {.principal = request.signed_in,
          .ip = request.client_address,
          .user_agent = std::string(request.header("user-agent").substr(0, 300))};
}

}  // namespace aiva::http
