#include "faces/http/internal/request_body.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace aiva::http {
namespace {

constexpr std::uint64_t skipped_bytes_max = 64 * 1024;
constexpr std::uint64_t chunk_bytes_max = std::uint64_t{1} << 40;
constexpr int trailers_max = 32;

std::unexpected<Failure> broken(const char* why) { return std::unexpected(bad_request(why)); }

}  // namespace

void RequestBody::begin(const RequestHead& head) {
  received_ = 0;
  announced_ = remaining_ = head.content_length.value_or(0);
  stage_ = head.is_chunked ? Stage::chunk_size : remaining_ > 0 ? Stage::plain : Stage::complete;
  owes_continue_ = head.expects_continue && stage_ != Stage::complete;
}

Failure RequestBody::lost() const {
  return is_expired_ ? request_timeout("The body comes too slowly") : peer_gone();
}

bool RequestBody::is_worth_skipping() const {
  return !owes_continue_ && stage_ == Stage::plain && remaining_ <= skipped_bytes_max;
}

Task<bool> RequestBody::send_continue() {
  owes_continue_ = false;
  std::string_view rest = "HTTP/1.1 100 Continue\r\n\r\n";
  rest.remove_prefix(transport_.write_now(rest, {}));
  while (!rest.empty()) {
    auto outcome = co_await write_some(transport_, rest);
    if (outcome.error) co_return false;
    rest.remove_prefix(outcome.bytes);
  }
  co_return true;
}

Task<std::expected<std::size_t, Failure>> RequestBody::read(std::span<char> out) {
  if (stage_ == Stage::complete) co_return 0;
  if (owes_continue_) {
    bool is_sent = co_await send_continue();
    if (!is_sent) co_return std::unexpected(lost());
  }
  if (stage_ == Stage::chunk_size || stage_ == Stage::chunk_end) {
    auto begun = co_await begin_chunk();
    if (!begun) co_return std::unexpected(std::move(begun.error()));
    if (stage_ == Stage::complete) co_return 0;
  }
  auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), remaining_));
  auto outcome = co_await input_.read_into(out.data(), wanted);
  if (outcome.bytes == 0) co_return std::unexpected(lost());
  received_ += outcome.bytes;
  remaining_ -= outcome.bytes;
  if (remaining_ == 0) stage_ = stage_ == Stage::plain ? Stage::complete : Stage::chunk_end;
  co_return outcome.bytes;
}

Task<std::expected<std::string_view, Failure>> RequestBody::read_line() {
  for (;;) {
    auto text = input_.buffered();
    auto end = text.find('\n');
    if (end == std::string_view::npos) {
      if (text.size() > sizeof line_ || !input_.make_room(0))
        co_return broken("A line of the chunked body is too long");
      auto error = co_await input_.more();
      if (error) co_return std::unexpected(lost());
      continue;
    }
    if (end == 0 || text[end - 1] != '\r') co_return broken("Malformed line end in the body");
    if (end > sizeof line_) co_return broken("A line of the chunked body is too long");
    std::memcpy(line_, text.data(), end - 1);
    input_.consume(end + 1);
    co_return std::string_view(line_, end - 1);
  }
}

Task<std::expected<void, Failure>> RequestBody::begin_chunk() {
  if (stage_ == Stage::chunk_end) {
    auto line = co_await read_line();
    if (!line) co_return std::unexpected(std::move(line.error()));
    if (!line->empty()) co_return broken("A chunk is longer than it says");
    stage_ = Stage::chunk_size;
  }
  auto line = co_await read_line();
  if (!line) co_return std::unexpected(std::move(line.error()));
  auto digits = line->substr(0, line->find_first_of("; \t"));
  std::uint64_t size = 0;
  auto [stopped, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  if (digits.empty() || error != std::errc() || stopped != digits.data() + digits.size() ||
      size > chunk_bytes_max)
    co_return broken("Malformed chunk size");
  if (size == 0) {
    auto skipped = co_await skip_trailers();
    co_return skipped;
  }
  remaining_ = size;
  stage_ = Stage::chunk_data;
  co_return std::expected<void, Failure>{};
}

Task<std::expected<void, Failure>> RequestBody::skip_trailers() {
  for (int i = 0; i < trailers_max; ++i) {
    auto line = co_await read_line();
    if (!line) co_return std::unexpected(std::move(line.error()));
    if (line->empty()) {
      stage_ = Stage::complete;
      co_return std::expected<void, Failure>{};
    }
  }
  co_return broken("Too many trailers");
}

}  // namespace aiva::http
