#include "adapters/docworker/worker_link.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "adapters/docworker/spawn.h"
#include "documents/protocol.h"
#include "foundation/log.h"

namespace aiva {
namespace {

using documents::FileDescriptor;
using std::chrono::milliseconds;

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

Result<ChildLink> WorkerLink::start_child(int document, const documents::WorkRequest& order) {
  TRY(auto results, make_pipe());
  TRY(auto leash, make_sockets(SOCK_STREAM));
  TRY(auto replies, make_sockets(SOCK_STREAM));
  auto request = documents::encode(order);
  std::array<int, documents::descriptor_count> descriptors{};
  descriptors[documents::document_slot] = document;
  descriptors[documents::results_slot] = results[1].number();
  descriptors[documents::leash_slot] = leash[1].number();
  descriptors[documents::replies_slot] = replies[1].number();
  // A worker that has ended is noticed when the request cannot be sent; then another gets it.
  for (bool is_second = false;; is_second = true) {
    TRY(auto connection, connect());
    auto sent = documents::send_with_descriptors(connection.control.number(), request, descriptors);
    if (sent)
      return ChildLink{.results = std::move(results[0]),
                       .leash = std::move(leash[0]),
                       .replies = std::move(replies[0])};
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
  started_at_ = Clock::now();
  std::array descriptors = {sockets[1].number()};
  auto id = spawn_program(worker_, arguments_, descriptors);
  if (!id) {
    note_end();
    return unavailable(std::move(id).error().cause);
  }
  id_ = *id;
  control_ = std::move(sockets[0]);
  timeval patience{.tv_sec = send_seconds_max, .tv_usec = 0};
  setsockopt(control_.number(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  log::debug("the document worker has started", {{"pid", id_}});
  return {};
}

}  // namespace aiva
