#include "adapters/docworker/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "documents/descriptors.h"

namespace aiva {
namespace {

using documents::FileDescriptor;

constexpr int first_number = 3;
constexpr int lifted_min = 16;  // above all numbers that are given away

class SpawnSettings {
 public:
  explicit SpawnSettings(std::span<const FileDescriptor> descriptors) {
    posix_spawn_file_actions_init(&actions_);
    int number = first_number;
    for (const auto& descriptor : descriptors)
      posix_spawn_file_actions_adddup2(&actions_, descriptor.number(), number++);
    posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions_, number);
    posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  [[nodiscard]] const posix_spawn_file_actions_t* actions() const { return &actions_; }
  [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

std::unexpected<Error> unavailable(std::string cause) {
  return fail(ErrorCode::unavailable, "A program of the server cannot be started",
              std::move(cause));
}

}  // namespace

Result<pid_t> spawn_program(const std::filesystem::path& program,
                            std::vector<std::string> arguments, std::span<const int> descriptors) {
  // None may have a number that another one shall get.
  std::vector<FileDescriptor> lifted;
  for (int descriptor : descriptors) {
    lifted.emplace_back(fcntl(descriptor, F_DUPFD_CLOEXEC, lifted_min));
    if (!lifted.back().is_open()) return unavailable(std::strerror(errno));
  }
  SpawnSettings settings(lifted);
  std::string path = program.string();
  std::vector<char*> words = {path.data()};
  for (auto& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  std::string locale = "LC_ALL=C.UTF-8";
  std::array<char*, 2> environment = {locale.data(), nullptr};
  pid_t id = 0;
  int error = posix_spawn(&id, path.c_str(), settings.actions(), settings.attributes(),
                          words.data(), environment.data());
  if (error != 0) return unavailable(path + ": " + std::strerror(error));
  return id;
}

}  // namespace aiva
