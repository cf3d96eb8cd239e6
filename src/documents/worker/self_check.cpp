#include "documents/worker/self_check.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>

namespace aiva::documents {
namespace {

// A deed that must fail; says whether it was done.
struct Deed {
  const char* name;
  bool (*attempt)();
  bool is_about_memory = false;
};

bool open_file() { return open("/etc/passwd", O_RDONLY) >= 0; }
bool create_file() { return open("/tmp/aiva-self-check", O_CREAT | O_WRONLY, 0600) >= 0; }
bool open_socket() { return socket(AF_INET, SOCK_STREAM, 0) >= 0; }
bool fork_child() { return fork() >= 0; }
bool signal_parent() { return kill(getppid(), 0) == 0; }
bool execute() {
  const char* const arguments[] = {"/bin/true", nullptr};
  execv(arguments[0], const_cast<char* const*>(arguments));
  return false;
}
bool map_executable() {
  void* page =
      mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return page != MAP_FAILED;
}
bool allocate_a_gigabyte() {
  void* pages =
      mmap(nullptr, 1UL << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return pages != MAP_FAILED;
}
bool compute_without_end() {
  for (volatile unsigned long count = 0;; count = count + 1) {
  }
}

// Whether a confined child that attempts the deed does not get it done.
bool is_refused(const Deed& deed, const SystemCallFilter& filter) {
  int own = getpid();
  pid_t id = fork();
  if (id < 0) return false;
  if (id == 0) {
    if (!limit_child({.cpu_seconds_max = 1}, own) || !filter.apply()) _exit(1);
    _exit(deed.attempt() ? 1 : 0);
  }
  int status = 0;
  waitpid(id, &status, 0);
  return WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace

int check_confinement(const SystemCallFilter& filter) {
  constexpr std::array deeds = {
      Deed{"open a file", open_file},
      Deed{"create a file", create_file},
      Deed{"open a socket", open_socket},
      Deed{"fork", fork_child},
      Deed{"signal another program", signal_parent},
      Deed{"execute a program", execute},
      Deed{"map executable memory", map_executable, true},
      Deed{"allocate a gigabyte", allocate_a_gigabyte, true},
      Deed{"compute without end", compute_without_end},
  };
  int done = 0;
  for (const auto& deed : deeds) {
    if (deed.is_about_memory && !confines_memory()) continue;
    bool refused = is_refused(deed, filter);
    std::printf("%s: %s\n", deed.name, refused ? "refused" : "DONE");
    done += refused ? 0 : 1;
  }
  return done == 0 ? 0 : 1;
}

}  // namespace aiva::documents
