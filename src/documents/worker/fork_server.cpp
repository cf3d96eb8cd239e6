#include "documents/worker/fork_server.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

namespace aiva::documents {
namespace {

// More requests wait in the socket until a child has ended.
constexpr std::size_t children_max = 64;
constexpr int document_number = 3;
constexpr int results_number = 4;
constexpr int replies_number = 5;

// Leaves the child with three descriptors to nowhere, the document, the pipe and the replies.
bool keep_only(const std::vector<FileDescriptor>& descriptors, int nowhere) {
  // Out of the way of the numbers they shall have.
  auto lift = [&](std::size_t slot) {
    return fcntl(descriptors[slot].number(), F_DUPFD, replies_number + 1);
  };
  int document = lift(document_slot);
  int results = lift(results_slot);
  int replies = lift(replies_slot);
  if (document < 0 || results < 0 || replies < 0 || nowhere < 0) return false;
  for (int standard : {0, 1}) dup2(nowhere, standard);
  // Libraries complain about documents at length; only what a sanitizer says is worth hearing.
  if (confines_memory()) dup2(nowhere, 2);
  return dup2(document, document_number) >= 0 && dup2(results, results_number) >= 0 &&
         dup2(replies, replies_number) >= 0 && close_range(replies_number + 1, ~0U, 0) == 0;
}

class ForkServer {
 public:
  ForkServer(int control, const ChildParts& parts) : control_(control), parts_(parts) {}

  int run() {
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    sigprocmask(SIG_BLOCK, &mask, nullptr);
    signals_.reset(signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals_.is_open()) return 1;
    signal(SIGPIPE, SIG_IGN);
    while (wait_and_handle()) {
    }
    for (const auto& [id, leash] : children_) kill(id, SIGKILL);
    return 0;
  }

 private:
  // Says false when the server has gone.
  bool wait_and_handle() {
    bool is_full = children_.size() >= children_max;
    std::vector<pollfd> waits = {{.fd = signals_.number(), .events = POLLIN, .revents = 0},
                                 {.fd = is_full ? -1 : control_, .events = POLLIN, .revents = 0}};
    std::vector<pid_t> ids;
    for (const auto& [id, leash] : children_) {
      waits.push_back({.fd = leash.number(), .events = POLLIN, .revents = 0});
      ids.push_back(id);
    }
    if (poll(waits.data(), waits.size(), -1) < 0) return errno == EINTR;
    // Nothing but the end is ever heard on a leash.
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (waits[i + 2].revents != 0) let_go(ids[i]);
    if (waits[0].revents != 0) reap();
    return waits[1].revents == 0 || take_request();
  }

  void let_go(pid_t id) {
    kill(id, SIGKILL);
    children_[id].reset();
  }

  void reap() {
    signalfd_siginfo info{};
    while (::read(signals_.number(), &info, sizeof info) > 0) {
    }
    int status = 0;
    for (pid_t id = 0; (id = waitpid(-1, &status, WNOHANG)) > 0;) {
      auto child = children_.extract(id);
      if (child.empty() || !child.mapped().is_open()) continue;
      send(child.mapped().number(), &status, sizeof status, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
  }

  bool take_request() {
    auto message = receive_with_descriptors(control_, request_bytes_max + 1);
    if (!message || message->bytes.empty()) return false;
    auto request = decode_request(message->bytes);
    if (!request || message->descriptors.size() != descriptor_count) return true;
    start_child(*request, message->descriptors);
    return true;
  }

  void start_child(const WorkRequest& request, std::vector<FileDescriptor>& descriptors) {
    pid_t id = fork();
    if (id < 0) return;  // the server sees the pipe and the leash close
    if (id > 0) {
      children_[id] = std::move(descriptors[leash_slot]);
      return;
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    bool is_ready = keep_only(descriptors, parts_.nowhere);
    ChildDescriptors open{
        .document = document_number, .results = results_number, .replies = replies_number};
    _exit(is_ready ? run_child(parts_, request, open) : 1);
  }

  int control_;
  ChildParts parts_;
  FileDescriptor signals_;
  std::map<pid_t, FileDescriptor> children_;
};

}  // namespace

int serve_requests(int control, const ChildParts& parts) {
  return ForkServer(control, parts).run();
}

}  // namespace aiva::documents
