#include "faces/load/internal/request_writer.h"

#include <fmt/format.h>

#include <iterator>

namespace aiva::load {
namespace {

constexpr std::string_view boundary = "aiva-load-7d0f3b1c9e5a42688f";

}  // namespace

RequestWriter::RequestWriter(const Target& target, std::string_view key)
    : prefix_(target.prefix),
      head_(fmt::format("Host: {}\r\nAuthorization: Bearer {}\r\nUser-Agent: aiva-load\r\n",
                        target.authority, key)) {}

std::string RequestWriter::write(std::string_view method, std::string_view path,
                                 const Body& body) const {
  std::string text;
  text.reserve(prefix_.size() + path.size() + head_.size() + body.bytes.size() + 128);
  fmt::format_to(std::back_inserter(text), "{} {}{} HTTP/1.1\r\n{}", method, prefix_, path, head_);
  if (!body.bytes.empty())
    fmt::format_to(std::back_inserter(text), "Content-Type: {}\r\n", body.type);
  if (!body.bytes.empty() || method == "POST")
    fmt::format_to(std::back_inserter(text), "Content-Length: {}\r\n", body.bytes.size());
  text += "\r\n";
  text += body.bytes;
  return text;
}

Body make_form(TextFields fields, std::string_view file_name, std::string_view file) {
  Body form{.type = fmt::format("multipart/form-data; boundary={}", boundary)};
  for (const auto& [name, value] : fields)
    form.bytes += fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{}\r\n",
                              boundary, name, value);
  form.bytes += fmt::format(
      "--{}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n"
      "Content-Type: application/octet-stream\r\n\r\n",
      boundary, file_name);
  form.bytes += file;
  form.bytes += fmt::format("\r\n--{}--\r\n", boundary);
  return form;
}

}  // namespace aiva::load
