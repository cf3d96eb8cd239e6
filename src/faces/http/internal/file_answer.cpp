#include "faces/http/internal/file_answer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "faces/http/header_text.h"

namespace aiva::http {
namespace {

constexpr std::size_t block_bytes = 256 * 1024;

struct OpenedFile {
  int descriptor = -1;
  std::uint64_t size = 0;
  std::string entity_tag;
};

Result<OpenedFile> open_file(const std::string& path) {
  OpenedFile file;
  file.descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat facts{};
  bool is_sound =
      file.descriptor >= 0 && ::fstat(file.descriptor, &facts) == 0 && S_ISREG(facts.st_mode);
  if (!is_sound) {
    if (file.descriptor >= 0) ::close(file.descriptor);
    return fail(ErrorCode::not_found, "There is no such file");
  }
  file.size = static_cast<std::uint64_t>(facts.st_size);
  auto changed = facts.st_mtim.tv_sec * 1'000'000'000 + facts.st_mtim.tv_nsec;
  file.entity_tag = "\"" + std::to_string(file.size) + "-" + std::to_string(changed) + "\"";
  return file;
}

bool read_number(std::string_view text, std::uint64_t& number) {
  const char* end = text.data() + text.size();
  auto [stopped, error] = std::from_chars(text.data(), end, number);
  return !text.empty() && error == std::errc() && stopped == end;
}

}  // namespace

RangeAnswer parse_range(std::string_view header, std::uint64_t size, ByteRange& range) {
  range = {0, size};
  constexpr std::string_view unit = "bytes=";
  if (!header.starts_with(unit)) return RangeAnswer::whole;
  auto spec = trim_blanks(header.substr(unit.size()));
  auto dash = spec.find('-');
  if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos)
    return RangeAnswer::whole;
  std::uint64_t first = 0;
  std::uint64_t last = size - 1;
  auto from = spec.substr(0, dash);
  auto to = spec.substr(dash + 1);
  if (from.empty()) {
    std::uint64_t tail = 0;
    if (!read_number(to, tail)) return RangeAnswer::whole;
    if (tail == 0 || size == 0) return RangeAnswer::unsatisfiable;
    range = {size - std::min(tail, size), std::min(tail, size)};
    return RangeAnswer::part;
  }
  if (!read_number(from, first) || (!to.empty() && !read_number(to, last)) || last < first)
    return first >= size && !from.empty() && to.empty() ? RangeAnswer::unsatisfiable
                                                        : RangeAnswer::whole;
  if (first >= size) return RangeAnswer::unsatisfiable;
  last = std::min(last, size - 1);
  range = {first, last - first + 1};
  return RangeAnswer::part;
}

FileAnswer::~FileAnswer() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Task<Outcome> FileAnswer::open(Exchange& exchange) {
  auto path = exchange.response.file->path.string();
  auto work = [&path] { return open_file(path); };
  auto task = run_on(files_, exchange.context, work);
  auto opened = co_await std::move(task);
  co_await ContinueOn(exchange.thread);
  if (!opened) co_return std::unexpected(Failure(std::move(opened.error())));
  descriptor_ = opened->descriptor;
  auto& response = exchange.response;
  auto& headers = response.headers;
  headers.push_back({"ETag", opened->entity_tag});
  headers.push_back({"Accept-Ranges", "bytes"});
  if (list_contains(exchange.request.header("If-None-Match"), opened->entity_tag)) {
    response.status = 304;
    co_return Outcome{};
  }
  auto size_text = std::to_string(opened->size);
  switch (parse_range(exchange.head.range, opened->size, range_)) {
    case RangeAnswer::whole: break;
    case RangeAnswer::unsatisfiable:
      response.status = 416;
      range_.length = 0;
      headers.push_back({"Content-Range", "bytes */" + size_text});
      break;
    case RangeAnswer::part:
      response.status = 206;
      headers.push_back({"Content-Range", "bytes " + std::to_string(range_.first) + "-" +
                                              std::to_string(range_.first + range_.length - 1) +
                                              "/" + size_text});
      break;
  }
  co_return Outcome{};
}

Task<bool> FileAnswer::send(Exchange& exchange, Output& output) {
  auto block = std::make_unique_for_overwrite<char[]>(
      static_cast<std::size_t>(std::min<std::uint64_t>(block_bytes, range_.length)));
  auto offset = range_.first;
  auto remaining = range_.length;
  auto read_block = [this, &block, &offset, &remaining]() -> Result<std::size_t> {
    auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(block_bytes, remaining));
    auto count = ::pread(descriptor_, block.get(), wanted, static_cast<off_t>(offset));
    if (count <= 0) return fail(internal_error("a file could not be read to its end"));
    return static_cast<std::size_t>(count);
  };
  CallContext context{.home = &exchange.thread};
  while (remaining > 0) {
    auto task = run_on(files_, context, read_block);
    auto count = co_await std::move(task);
    co_await ContinueOn(exchange.thread);
    if (!count) co_return false;
    auto is_sent = co_await output.send({block.get(), *count});
    if (!is_sent) co_return false;
    offset += *count;
    remaining -= *count;
  }
  co_return true;
}

}  // namespace aiva::http
