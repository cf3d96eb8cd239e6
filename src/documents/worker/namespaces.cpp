#include "documents/worker/namespaces.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "documents/descriptors.h"

namespace aiva::documents {
namespace {

constexpr int separate = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWNS | CLONE_NEWPID;

void write_to(const char* path, const std::string& text) {
  FileDescriptor file(open(path, O_WRONLY | O_CLOEXEC));
  if (file.is_open()) (void)write_all(file.number(), text);
}

// In a user namespace of its own the process stays who it was; without that it could mount nothing.
void keep_identity(uid_t user, gid_t group) {
  auto line = [](unsigned id) { return std::to_string(id) + " " + std::to_string(id) + " 1"; };
  write_to("/proc/self/setgroups", "deny");
  write_to("/proc/self/uid_map", line(user));
  write_to("/proc/self/gid_map", line(group));
}

// An empty folder that cannot be written to takes the place of all mounts.
void empty_file_system() {
  const char* const anywhere = "/usr";
  constexpr unsigned long flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
  bool is_covered = mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                    mount("none", anywhere, "tmpfs", flags, "size=4k,nr_inodes=1") == 0 &&
                    chdir(anywhere) == 0;
  if (!is_covered) return;
  // Both at the same place: the old root lies over the new one until it is taken away.
  if (syscall(SYS_pivot_root, ".", ".") == 0) (void)umount2(".", MNT_DETACH);
  (void)!chdir("/");
}

void drop_capabilities() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, 2> none{};
  (void)syscall(SYS_capset, &header, none.data());
}

}  // namespace

void leave_namespaces() {
  auto user = geteuid();
  auto group = getegid();
  if (unshare(CLONE_NEWUSER | separate) == 0) {
    keep_identity(user, group);
    empty_file_system();
  } else {
    // Each on its own: where the first is refused the second may be granted.
    for (int one : {CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWPID}) (void)unshare(one);
    if (unshare(CLONE_NEWNS) == 0) empty_file_system();
  }
  drop_capabilities();
}

Result<void> leave_namespaces_for(const std::function<Result<void>()>& furnish) {
  auto user = geteuid();
  auto group = getegid();
  if (unshare(CLONE_NEWUSER | separate) == 0)
    keep_identity(user, group);
  else if (unshare(separate) != 0)
    return fail(ErrorCode::unavailable, "The system permits no namespaces", std::strerror(errno));
  TRY_VOID(furnish());
  drop_capabilities();
  return {};
}

int serve_in_own_process(int control, const std::function<int()>& serve) {
  pid_t id = fork();
  if (id < 0) return 1;
  if (id == 0) {
    // Were the parent gone already, the server would be too, and serving would end by itself.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    _exit(serve());
  }
  close(control);
  int status = 0;
  while (waitpid(id, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace aiva::documents
