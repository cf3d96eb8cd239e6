#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace aiva::http::testing {

// A blocking WebSocket client of a server on loopback.
class WebSocketClient {
 public:
  explicit WebSocketClient(std::uint16_t port) {
    stream_.next_layer().connect({boost::asio::ip::address_v4::loopback(), port});
  }
  // `authorization` and `protocols` are header values; empty: not sent.
  boost::system::error_code open(const std::string& target, const std::string& authorization = {},
                                 const std::string& protocols = {}) {
    boost::system::error_code error;
    stream_.set_option(boost::beast::websocket::stream_base::decorator(
        [authorization, protocols](boost::beast::websocket::request_type& request) {
          if (!authorization.empty()) request.set("Authorization", authorization);
          if (!protocols.empty()) request.set("Sec-WebSocket-Protocol", protocols);
        }));
    stream_.handshake(response_, "test", target, error);
    return error;
  }
  void send(std::string_view text, bool is_binary = false) {
    stream_.binary(is_binary);
    stream_.write(boost::asio::buffer(text));
  }
  // The next message, or "closed" and the code.
  std::string receive() {
    boost::system::error_code error;
    boost::beast::flat_buffer buffer;
    stream_.read(buffer, error);
    return error ? "closed " + std::to_string(stream_.reason().code)
                 : boost::beast::buffers_to_string(buffer.data());
  }
  void close() { stream_.close(boost::beast::websocket::close_code::normal); }
  void vanish() { stream_.next_layer().close(); }
  boost::beast::websocket::response_type& response() { return response_; }
  auto& stream() { return stream_; }

 private:
  boost::asio::io_context context_;
  boost::beast::websocket::stream<boost::asio::ip::tcp::socket> stream_{context_};
  boost::beast::websocket::response_type response_;
};

}  // namespace aiva::http::testing
