#include "app/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

#include "foundation/crypto.h"

namespace aiva::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t master_key_bytes = 32;

Result<std::string> decode_master_key(const std::string& text) {
  auto key = from_base64(text);
  if (key && key->size() == master_key_bytes) return *key;
  return fail(invalid_field("identity.master_key", "must be the base64 of 32 bytes"));
}

Result<std::string> make_master_key(const fs::path& file) {
  std::string key(master_key_bytes, '\0');
  random_bytes({reinterpret_cast<std::uint8_t*>(key.data()), key.size()});
  auto temporary = file.string() + "." + random_token(6);
  auto text = to_base64(key) + "\n";
  int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0)
    return fail(ErrorCode::unavailable, "Cannot write " + temporary, std::strerror(errno));
  bool is_written =
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(descriptor) == 0;
  ::close(descriptor);
  // Two first starts at once: the first link wins, the other reads it.
  if (is_written && ::link(temporary.c_str(), file.c_str()) != 0 && errno != EEXIST)
    is_written = false;
  ::unlink(temporary.c_str());
  if (!is_written) return fail(ErrorCode::unavailable, "Cannot write " + file.string());
  return key;
}

}  // namespace

ServeLock::ServeLock(ServeLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

ServeLock& ServeLock::operator=(ServeLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

ServeLock::~ServeLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<std::optional<ServeLock>> ServeLock::try_take(const fs::path& folder) {
  auto file = folder / "serve.lock";
  int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0)
    return fail(ErrorCode::unavailable, "Cannot open " + file.string(), std::strerror(errno));
  ServeLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) return std::optional<ServeLock>();
  return std::optional<ServeLock>(std::move(lock));
}

Result<fs::path> prepare_data_folder(const Config& config) {
  std::error_code error;
  auto folder = fs::absolute(config.data.folder, error);
  bool is_new = fs::create_directories(folder, error);
  if (error)
    return fail(ErrorCode::unavailable, "Cannot make the data folder " + folder.string(),
                error.message());
  if (is_new) fs::permissions(folder, fs::perms::owner_all, error);
  if (::access(folder.c_str(), W_OK) != 0)
    return fail(ErrorCode::unavailable, "Cannot write to the data folder " + folder.string(),
                std::strerror(errno));
  return folder;
}

Result<std::string> load_master_key(const Config& config, const fs::path& folder) {
  if (!config.identity.master_key.empty()) return decode_master_key(config.identity.master_key);
  auto file = folder / "master.key";
  std::error_code error;
  if (!fs::exists(file, error)) TRY_VOID(make_master_key(file));
  std::ifstream input(file);
  std::string text;
  if (!std::getline(input, text))
    return fail(ErrorCode::unavailable, "Cannot read " + file.string());
  return decode_master_key(text);
}

}  // namespace aiva::app
