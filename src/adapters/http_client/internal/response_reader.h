#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <string>
#include <utility>

#include "ports/http_client.h"

namespace aiva::http_client {

// Turns the bytes of an HTTP/1.1 answer into its head and the pieces of its body.
class ResponseReader final : public boost::beast::http::basic_parser<false> {
 public:
  struct Limits {
    std::size_t header_bytes_max;
    std::size_t body_bytes_max;
  };
  // `has_body` is false for the answer to HEAD.
  ResponseReader(Limits limits, bool has_body);

  [[nodiscard]] const HttpResponse& head() const { return head_; }
  [[nodiscard]] bool is_interim() const { return head_.status >= 100 && head_.status < 200; }
  [[nodiscard]] bool has_body_bytes() const { return !body_.empty(); }
  // The bytes of the body that arrived since the last call.
  std::string take_body() { return std::exchange(body_, {}); }

 private:
  using Text = boost::beast::string_view;
  using ErrorCode = boost::beast::error_code;

  void on_request_impl(boost::beast::http::verb, Text, Text, int, ErrorCode&) override {}
  void on_response_impl(int status, Text, int, ErrorCode&) override { head_.status = status; }
  void on_field_impl(boost::beast::http::field, Text name, Text value, ErrorCode&) override {
    head_.headers.push_back({std::string(name), std::string(value)});
  }
  void on_header_impl(ErrorCode&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
  std::size_t on_body_impl(Text piece, ErrorCode&) override {
    body_.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t, Text, ErrorCode&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text piece, ErrorCode&) override {
    body_.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_finish_impl(ErrorCode&) override {}

  HttpResponse head_;
  std::string body_;
};

}  // namespace aiva::http_client
