#include "faces/ari/internal/exchange.h"

namespace aiva::ari {

Result<std::string> endpoint_of(std::string_view pattern, std::string_view destination) {
  constexpr std::string_view place_holder = "{number}";
  TRY_VOID(voice::check_destination(destination, "destination"));
  std::string endpoint(pattern);
  auto at = endpoint.find(place_holder);
  if (at == std::string::npos)
    return fail(ErrorCode::invalid, "The endpoint for calls that go out has no {number}");
  endpoint.replace(at, place_holder.size(), destination);
  return endpoint;
}

}  // namespace aiva::ari
