#include "capabilities/voice/internal/recording_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "audio/wav_writer.h"

namespace aiva::voice {
namespace {

constexpr std::size_t header_bytes = 44;
constexpr std::uint64_t frame_bytes = 4;
constexpr std::string_view ending = ".wav";
constexpr std::size_t id_bytes = 36;

Error disk_error(std::string_view what) {
  Error error{.code = ErrorCode::unavailable, .message = "A recording could not be written"};
  error.cause = std::string(what) + ": " + std::generic_category().message(errno);
  return error;
}

Result<void> write_at(int descriptor, std::string_view bytes, std::uint64_t place) {
  while (!bytes.empty()) {
    auto count = ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(place));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return fail(disk_error("write"));
    bytes.remove_prefix(static_cast<std::size_t>(count));
    place += static_cast<std::uint64_t>(count);
  }
  return {};
}

std::uint32_t little(const char* bytes) {
  std::uint32_t value = 0;
  for (int i = 3; i >= 0; --i) value = (value << 8U) | static_cast<unsigned char>(bytes[i]);
  return value;
}

}  // namespace

RecordingFile::~RecordingFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> RecordingFile::open() {
  if (descriptor_ >= 0) return {};
  std::error_code error;
  std::filesystem::create_directories(path_.parent_path(), error);
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor_ < 0) return fail(disk_error("create"));
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) return fail(disk_error("lock"));
  return write_at(descriptor_, audio::make_wav_header(rate_, 2, std::nullopt), 0);
}

Result<void> RecordingFile::write(std::uint64_t frame, std::string_view samples) {
  TRY_VOID(open());
  return write_at(descriptor_, samples, header_bytes + frame * frame_bytes);
}

Result<void> RecordingFile::finish(std::optional<std::uint64_t> frames) {
  if (descriptor_ < 0) return fail(ErrorCode::unavailable, "Nothing was recorded");
  if (!frames) {
    struct stat facts{};
    if (::fstat(descriptor_, &facts) != 0) return fail(disk_error("look at"));
    auto bytes = static_cast<std::uint64_t>(facts.st_size);
    frames = (bytes - std::min<std::uint64_t>(bytes, header_bytes)) / frame_bytes;
  }
  if (*frames == 0) return fail(ErrorCode::unavailable, "Nothing was recorded");
  auto bytes = static_cast<off_t>(header_bytes + *frames * frame_bytes);
  if (::ftruncate(descriptor_, bytes) != 0) return fail(disk_error("cut"));
  return write_at(descriptor_, audio::make_wav_header(rate_, 2, frames), 0);
}

Result<bool> RecordingFile::adopt() {
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor_ < 0) return errno == ENOENT ? Result<bool>(false) : fail(disk_error("open"));
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) return false;
  char header[header_bytes] = {};
  auto count = ::pread(descriptor_, header, header_bytes, 0);
  if (count != static_cast<ssize_t>(header_bytes) || std::memcmp(header, "RIFF", 4) != 0)
    return fail(ErrorCode::invalid, "A recording is no WAV file");
  rate_ = static_cast<int>(little(header + 24));
  struct stat facts{};
  if (::fstat(descriptor_, &facts) != 0) return fail(disk_error("look at"));
  was_finished_ = little(header + 40) + header_bytes == static_cast<std::uint64_t>(facts.st_size);
  return true;
}

void RecordingFile::remove() { ::unlink(path_.c_str()); }

std::filesystem::path recording_path(const std::filesystem::path& folder, RecordingName name) {
  return folder / (name.tenant.to_string() + "_" + name.call.to_string() + std::string(ending));
}

std::optional<RecordingName> parse_recording_name(const std::filesystem::path& path) {
  auto text = path.filename().string();
  if (text.size() != 2 * id_bytes + 1 + ending.size() || !text.ends_with(ending)) return {};
  auto tenant = TenantId::parse(std::string_view(text).substr(0, id_bytes));
  auto call = CallId::parse(std::string_view(text).substr(id_bytes + 1, id_bytes));
  if (!tenant || !call) return std::nullopt;
  return RecordingName{.tenant = *tenant, .call = *call};
}

std::string recording_key(RecordingName name) {
  return "recordings/" + name.tenant.to_string() + "/" + name.call.to_string() +
         std::string(ending);
}

std::vector<std::filesystem::path> list_recordings(const std::filesystem::path& folder,
                                                   std::size_t count_max) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (found.size() >= count_max) break;
    if (parse_recording_name(entry.path())) found.push_back(entry.path());
  }
  return found;
}

}  // namespace aiva::voice
