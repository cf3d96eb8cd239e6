#include "documents/worker/self_check.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "documents/worker/namespaces.h"

namespace aiva::documents {
namespace {

// A deed that must fail; says whether it was done.
struct Deed {
  const char* name;
  bool (*attempt)();
  bool is_about_memory = false;
};

template <class... Arguments>
bool call(long number, Arguments... arguments) {
  return syscall(number, arguments...) >= 0;
}

bool open_file() { return open("/etc/passwd", O_RDONLY) >= 0; }
bool create_file() { return open("/tmp/aiva-self-check", O_CREAT | O_WRONLY, 0600) >= 0; }
bool create_file_in_memory() { return memfd_create("self-check", 0) >= 0; }
bool remove_file() { return unlink("/tmp/aiva-self-check") == 0; }
bool change_rights() { return chmod("/tmp", 0777) == 0; }
bool list_folder() { return open("/proc", O_RDONLY | O_DIRECTORY) >= 0; }
// The way from a descriptor that may only be read to one that may be written to.
bool reopen_descriptor() { return open("/proc/self/fd/0", O_RDWR) >= 0; }
bool cut_file() { return ftruncate(0, 0) == 0; }
bool copy_descriptor() { return dup(0) >= 0; }
bool control_terminal() {
  char key = '\n';
  return ioctl(0, TIOCSTI, &key) == 0;
}
bool open_socket() { return socket(AF_INET, SOCK_STREAM, 0) >= 0; }
bool open_local_socket() { return socket(AF_UNIX, SOCK_STREAM, 0) >= 0; }
bool fork_child() { return fork() >= 0; }
bool fork_without_the_library() { return call(SYS_clone, SIGCHLD, 0, 0, 0, 0); }
bool start_thread() {
  static std::array<char, 16384> stack;
  constexpr int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
  return clone([](void*) { return 0; }, stack.data() + stack.size(), flags, nullptr) >= 0;
}
bool signal_parent() { return kill(getppid(), 0) == 0; }
bool trace_parent() { return ptrace(PTRACE_ATTACH, getppid(), nullptr, nullptr) == 0; }
bool read_memory_of_parent() {
  char byte = 0;
  iovec here{&byte, 1};
  return process_vm_readv(getppid(), &here, 1, &here, 1, 0) == 1;
}
bool execute() {
  const char* const arguments[] = {"/bin/true", nullptr};
  execv(arguments[0], const_cast<char* const*>(arguments));
  return false;
}
bool mount_folder() { return mount("none", "/mnt", "tmpfs", 0, nullptr) == 0; }
bool enter_namespace() { return unshare(CLONE_NEWUSER) == 0; }
bool load_kernel_program() {
  bpf_attr attributes{};
  return call(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes);
}
bool set_up_ring() {
  std::array<char, 256> parameters{};
  return call(SYS_io_uring_setup, 1, parameters.data());
}
bool read_kernel_keys() { return call(SYS_keyctl, 0, -3, 0); }
bool become_dumpable() { return prctl(PR_SET_DUMPABLE, 1) == 0; }
bool raise_limits() {
  rlimit limit{.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
  return setrlimit(RLIMIT_AS, &limit) == 0;
}
bool map_executable() {
  void* page =
      mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return page != MAP_FAILED;
}
bool make_executable() {
  void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return page != MAP_FAILED && mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0;
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

constexpr std::array deeds = {
    Deed{"open a file", open_file},
    Deed{"create a file", create_file},
    Deed{"create a file in memory", create_file_in_memory},
    Deed{"remove a file", remove_file},
    Deed{"change the rights of a folder", change_rights},
    Deed{"list the processes", list_folder},
    Deed{"reopen a descriptor for writing", reopen_descriptor},
    Deed{"cut the file of a descriptor", cut_file},
    Deed{"copy a descriptor", copy_descriptor},
    Deed{"type on a terminal", control_terminal},
    Deed{"open a socket", open_socket},
    Deed{"open a local socket", open_local_socket},
    Deed{"fork", fork_child},
    Deed{"fork by a bare system call", fork_without_the_library},
    Deed{"start a thread", start_thread},
    Deed{"signal another program", signal_parent},
    Deed{"trace another program", trace_parent},
    Deed{"read another program's memory", read_memory_of_parent},
    Deed{"execute a program", execute},
    Deed{"mount a folder", mount_folder},
    Deed{"enter a namespace", enter_namespace},
    Deed{"load a program into the kernel", load_kernel_program},
    Deed{"set up a ring of system calls", set_up_ring},
    Deed{"read the kernel's keys", read_kernel_keys},
    Deed{"open itself to tracers", become_dumpable},
    Deed{"raise its limits", raise_limits},
    Deed{"map executable memory", map_executable, true},
    Deed{"make memory executable", make_executable, true},
    Deed{"allocate a gigabyte", allocate_a_gigabyte, true},
    Deed{"compute without end", compute_without_end},
};

// The wait status of a child that runs `work` and exits with 1 when it says true.
template <class Work>
int run_in_child(Work work) {
  std::fflush(stdout);
  pid_t id = fork();
  if (id < 0) return -1;
  if (id == 0) _exit(work() ? 1 : 0);
  int status = 0;
  waitpid(id, &status, 0);
  return status;
}

// Whether a confined child that attempts the deed does not get it done.
bool is_refused(const Deed& deed, const SystemCallFilter& filter) {
  int own = getpid();
  int status = run_in_child([&] {
    bool is_confined = limit_child({.cpu_seconds_max = 1}, own) && filter.apply();
    return !is_confined || deed.attempt();
  });
  std::printf("%s: ", deed.name);
  if (WIFSIGNALED(status))
    std::printf("refused, ended by signal %d\n", WTERMSIG(status));
  else
    std::printf("%s\n", status == 0 ? "refused" : "DONE");
  return WIFSIGNALED(status) || status == 0;
}

// What the namespaces alone keep out of reach; not every system permits them.
void show_namespaces() {
  constexpr std::array reached = {
      Deed{"files", open_file},
      Deed{"the network",
           [] {
             int socket_number = socket(AF_INET, SOCK_DGRAM, 0);
             sockaddr_in address{};
             address.sin_family = AF_INET;
             address.sin_port = htons(53);
             address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
             return connect(socket_number, reinterpret_cast<sockaddr*>(&address), sizeof address) ==
                    0;
           }},
      Deed{"other processes", [] { return getppid() > 1 && kill(getppid(), 0) == 0; }},
  };
  for (const auto& deed : reached) {
    int status = run_in_child([&] {
      leave_namespaces();
      return WEXITSTATUS(run_in_child([&] { return run_in_child(deed.attempt) != 0; })) != 0;
    });
    std::printf("without the filter, %s: %s\n", deed.name,
                status == 0 ? "out of reach" : "in reach");
  }
}

}  // namespace

int check_confinement(const SystemCallFilter& filter) {
  int done = 0;
  for (const auto& deed : deeds) {
    if (deed.is_about_memory && !confines_memory()) continue;
    done += is_refused(deed, filter) ? 0 : 1;
  }
  show_namespaces();
  return done == 0 ? 0 : 1;
}

}  // namespace aiva::documents
