#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <utility>

#include "faces/http/internal/transport.h"

namespace aiva::http {

// How Beast ends the connection below a WebSocket; it finds these by argument-dependent lookup.
inline void teardown(boost::beast::role_type role, Transport& transport, SystemError& error) {
  boost::beast::websocket::teardown(role, transport.socket(), error);
}

template <class Handler>
void async_teardown(boost::beast::role_type role, Transport& transport, Handler&& handler) {
  using boost::beast::websocket::async_teardown;
  if (transport.is_tls())
    boost::beast::async_teardown(role, transport.tls(), std::forward<Handler>(handler));
  else
    async_teardown(role, transport.socket(), std::forward<Handler>(handler));
}

inline void beast_close_socket(Transport& transport) { transport.close(); }

}  // namespace aiva::http
