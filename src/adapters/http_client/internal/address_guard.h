#pragma once

#include <boost/asio/ip/address.hpp>

namespace aiva::http_client {

// Whether an address belongs to the public Internet. Not public: what the IANA special-purpose
// registries (RFC 6890 and successors) reserve, multicast, addresses of cloud metadata services,
// and IPv6 forms that embed such an IPv4 address.
bool is_public_address(const boost::asio::ip::address& address);

}  // namespace aiva::http_client
