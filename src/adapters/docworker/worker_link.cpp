#include "adapters/docworker/worker_link.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "documents/protocol.h"
#include "foundation/log.h"

namespace aiva {
namespace {

using documents::FileDescriptor;
using std::chrono::milliseconds;

constexpr int control_number = 3;  // where the worker expects its socket
constexpr int pipe_bytes = 256 * 1024;
constexpr int send_seconds_max = 10;  // a worker that takes no request for so long hangs
constexpr auto quick_end = std::chrono::seconds(10);  // sooner after its start it was no use
constexpr milliseconds pause_min{200};
constexpr milliseconds pause_max{10'000};
constexpr int pause_doublings_max = 6;

std::unexpected<Error> unavailable(std::string cause) {
  Error error{.code = ErrorCode::unavailable,
              .message = "The document worker is not available",
              .cause = std::move(cause)};
  error.retry_after_s = 1;
  return fail(std::move(error));
}

Result<std::array<FileDescriptor, 2>> make_sockets(int type) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return unavailable(std::string("socketpair: ") + std::strerror(errno));
  return std::array{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

Result<std::array<FileDescriptor, 2>> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    return unavailable(std::string("pipe: ") + std::strerror(errno));
  fcntl(ends[1], F_SETPIPE_SZ, pipe_bytes);
  return std::array{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

// What the worker starts with: its socket, nothing to read, our standard error, no signal blocked.
class SpawnSettings {
 public:
  explicit SpawnSettings(int control) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, control, control_number);
    posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions_, control_number + 1);
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

}  // namespace

WorkerLink::WorkerLink(std::filesystem::path worker, std::vector<std::string> arguments)
    : worker_(std::move(worker)), arguments_(std::move(arguments)) {}

WorkerLink::~WorkerLink() {
  control_.reset();
  if (id_ == 0) return;
  kill(id_, SIGKILL);
  waitpid(id_, nullptr, 0);
}

pid_t WorkerLink::worker_id() const {
  std::lock_guard lock(mutex_);
  return id_;
}

Result<ChildLink> WorkerLink::start_child(int document, const ReadRequest& wanted,
                                          std::uint32_t cpu_seconds_max) {
  TRY(auto results, make_pipe());
  TRY(auto leash, make_sockets(SOCK_STREAM));
  auto request = documents::encode(
      documents::WorkRequest{.wanted = wanted, .cpu_seconds_max = cpu_seconds_max});
  std::array<int, documents::descriptor_count> descriptors{};
  descriptors[documents::document_slot] = document;
  descriptors[documents::results_slot] = results[1].number();
  descriptors[documents::leash_slot] = leash[1].number();
  // A worker that has ended is noticed when the request cannot be sent; then another gets it.
  for (bool is_second = false;; is_second = true) {
    TRY(auto connection, connect());
    auto sent = documents::send_with_descriptors(connection.control.number(), request, descriptors);
    if (sent) return ChildLink{.results = std::move(results[0]), .leash = std::move(leash[0])};
    drop(connection.id);
    if (is_second) return fail(std::move(sent).error());
  }
}

// Sending can wait while the worker is busy, so that it is done on a duplicate, without the lock.
Result<WorkerLink::Connection> WorkerLink::connect() {
  std::lock_guard lock(mutex_);
  if (id_ != 0 && waitpid(id_, nullptr, WNOHANG) != 0) note_end();
  if (id_ == 0) TRY_VOID(start());
  Connection connection{.control = FileDescriptor(fcntl(control_.number(), F_DUPFD_CLOEXEC, 0)),
                        .id = id_};
  if (!connection.control.is_open()) return unavailable(std::strerror(errno));
  return connection;
}

void WorkerLink::drop(pid_t id) {
  std::lock_guard lock(mutex_);
  if (id_ != id) return;
  kill(id_, SIGKILL);
  waitpid(id_, nullptr, 0);
  note_end();
}

void WorkerLink::note_end() {
  bool is_quick = Clock::now() - started_at_ < quick_end;
  quick_ends_ = is_quick ? quick_ends_ + 1 : 0;
  log::warn("the document worker has ended", {{"pid", id_}, {"quick_ends", quick_ends_}});
  id_ = 0;
  control_.reset();
  // After a first end the next start comes at once.
  if (quick_ends_ < 2) return;
  auto pause = pause_min * (1 << std::min(quick_ends_ - 2, pause_doublings_max));
  may_start_at_ = Clock::now() + std::min(pause, pause_max);
}

Result<void> WorkerLink::start() {
  if (Clock::now() < may_start_at_) return unavailable("the worker ended again and again");
  TRY(auto sockets, make_sockets(SOCK_SEQPACKET));
  SpawnSettings settings(sockets[1].number());
  std::string program = worker_.string();
  std::vector<char*> arguments = {program.data()};
  for (auto& argument : arguments_) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  // Nothing of our environment: it may hold secrets, and the worker needs none of it.
  std::string locale = "LC_ALL=C.UTF-8";
  std::array<char*, 2> environment = {locale.data(), nullptr};
  started_at_ = Clock::now();
  int error = posix_spawn(&id_, program.c_str(), settings.actions(), settings.attributes(),
                          arguments.data(), environment.data());
  if (error != 0) {
    note_end();
    return unavailable(program + ": " + std::strerror(error));
  }
  control_ = std::move(sockets[0]);
  timeval patience{.tv_sec = send_seconds_max, .tv_usec = 0};
  setsockopt(control_.number(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  log::debug("the document worker has started", {{"pid", id_}});
  return {};
}

}  // namespace aiva
