#include "adapters/http_client/internal/response_reader.h"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace aiva::http_client {

ResponseReader::ResponseReader(Limits limits, bool has_body) {
  auto header_max =
      std::min<std::size_t>(limits.header_bytes_max, std::numeric_limits<std::uint32_t>::max());
  header_limit(static_cast<std::uint32_t>(header_max));
  body_limit(static_cast<std::uint64_t>(limits.body_bytes_max));
  eager(true);
  skip(!has_body);
}

}  // namespace aiva::http_client
