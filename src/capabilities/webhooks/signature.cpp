#include "capabilities/webhooks/signature.h"

#include "foundation/crypto.h"

namespace aiva::webhooks {

std::string sign(std::span<const std::string> secrets, UnixMs now, std::string_view body) {
  auto seconds = std::to_string(now / 1000);
  auto message = seconds + ".";
  message.append(body);
  auto header = "t=" + seconds;
  for (const auto& secret : secrets)
    header.append(",v1=").append(to_hex(hmac_sha256(secret, message)));
  return header;
}

}  // namespace aiva::webhooks
