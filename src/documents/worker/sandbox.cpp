#include "documents/worker/sandbox.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "documents/descriptors.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define AIVA_IS_SANITIZED
#endif
#endif

namespace aiva::documents {
namespace {

#ifdef AIVA_IS_SANITIZED
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif
constexpr rlim_t descriptors_max = 8;

std::unexpected<Error> refuse(const char* what, int error) {
  return fail(ErrorCode::internal, "The document worker cannot confine itself",
              std::string(what) + ": " + std::strerror(error));
}

// Adds rules until one fails.
class Rules {
 public:
  Rules() : filter_(seccomp_init(default_action()), &seccomp_release) {}

  void allow(int call) { keep(seccomp_rule_add(get(), SCMP_ACT_ALLOW, call, 0)); }
  // Where denying is the default, a rule that says so is refused.
  void deny(int call) {
    if (!is_sanitized) keep(seccomp_rule_add(get(), SCMP_ACT_ERRNO(EPERM), call, 0));
  }
  // Memory calls may make nothing executable.
  void allow_without_execution(int call) {
    keep(seccomp_rule_add(get(), SCMP_ACT_ALLOW, call, 1,
                          SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)));
  }
  [[nodiscard]] scmp_filter_ctx get() const { return filter_.get(); }
  [[nodiscard]] int error() const { return error_; }

 private:
  static std::uint32_t default_action() {
    return is_sanitized ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_KILL_PROCESS;
  }
  void keep(int result) {
    if (result != 0 && error_ == 0) error_ = -result;
  }

  std::unique_ptr<void, void (*)(scmp_filter_ctx)> filter_;
  int error_ = 0;
};

void add_rules(Rules& rules) {
  for (int call : {SCMP_SYS(read),
                   SCMP_SYS(write),
                   SCMP_SYS(writev),
                   SCMP_SYS(pread64),
                   SCMP_SYS(lseek),
                   SCMP_SYS(close),
                   SCMP_SYS(munmap),
                   SCMP_SYS(mremap),
                   SCMP_SYS(madvise),
                   SCMP_SYS(brk),
                   SCMP_SYS(futex),
                   SCMP_SYS(exit),
                   SCMP_SYS(exit_group),
                   SCMP_SYS(clock_gettime),
                   SCMP_SYS(gettimeofday),
                   SCMP_SYS(time),
                   SCMP_SYS(getrandom),
                   SCMP_SYS(rt_sigreturn),
                   SCMP_SYS(rt_sigprocmask),
                   SCMP_SYS(sched_yield),
                   SCMP_SYS(restart_syscall),
                   SCMP_SYS(getpid),
                   SCMP_SYS(gettid)})
    rules.allow(call);
  rules.allow_without_execution(SCMP_SYS(mmap));
  rules.allow_without_execution(SCMP_SYS(mprotect));
  for (int call : {SCMP_SYS(open),       SCMP_SYS(openat),
                   SCMP_SYS(openat2),    SCMP_SYS(creat),
                   SCMP_SYS(stat),       SCMP_SYS(lstat),
                   SCMP_SYS(fstat),      SCMP_SYS(newfstatat),
                   SCMP_SYS(statx),      SCMP_SYS(access),
                   SCMP_SYS(faccessat),  SCMP_SYS(faccessat2),
                   SCMP_SYS(readlink),   SCMP_SYS(readlinkat),
                   SCMP_SYS(getcwd),     SCMP_SYS(ioctl),
                   SCMP_SYS(getdents64), SCMP_SYS(uname),
                   SCMP_SYS(sysinfo),    SCMP_SYS(sched_getaffinity)})
    rules.deny(call);
  if (!is_sanitized) return;
  // Sanitizers ask whether memory can be read by writing it into a pipe.
  for (int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(sigaltstack),
                   SCMP_SYS(rt_sigaction), SCMP_SYS(tgkill), SCMP_SYS(pipe), SCMP_SYS(pipe2)})
    rules.allow(call);
}

bool set_limit(decltype(RLIMIT_AS) resource, rlim_t soft, rlim_t hard) {
  rlimit limit{.rlim_cur = soft, .rlim_max = hard};
  return setrlimit(resource, &limit) == 0;
}

}  // namespace

bool confines_memory() { return !is_sanitized; }

Result<SystemCallFilter> SystemCallFilter::make() {
  Rules rules;
  if (rules.get() == nullptr) return refuse("seccomp_init", ENOMEM);
  add_rules(rules);
  if (rules.error() != 0) return refuse("seccomp_rule_add", rules.error());
  FileDescriptor file(memfd_create("filter", MFD_CLOEXEC));
  if (!file.is_open()) return refuse("memfd_create", errno);
  if (int error = seccomp_export_bpf(rules.get(), file.number()); error != 0)
    return refuse("seccomp_export_bpf", -error);
  SystemCallFilter filter;
  auto size = lseek(file.number(), 0, SEEK_END);
  filter.program_.resize(static_cast<std::size_t>(size));
  if (pread(file.number(), filter.program_.data(), filter.program_.size(), 0) != size)
    return refuse("pread", errno);
  return filter;
}

Result<void> SystemCallFilter::apply() const {
  auto* instructions = reinterpret_cast<sock_filter*>(const_cast<std::uint8_t*>(program_.data()));
  sock_fprog program{static_cast<unsigned short>(program_.size() / sizeof(sock_filter)),
                     instructions};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return refuse("PR_SET_NO_NEW_PRIVS", errno);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    return refuse("PR_SET_SECCOMP", errno);
  return {};
}

Result<void> limit_child(const ChildLimits& limits, int parent) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return refuse("PR_SET_PDEATHSIG", errno);
  // The parent may have ended before the line above.
  if (getppid() != parent) return refuse("getppid", ESRCH);
  rlim_t cpu = limits.cpu_seconds_max;
  bool is_limited =
      set_limit(RLIMIT_CPU, cpu, cpu + 2) && set_limit(RLIMIT_FSIZE, 0, 0) &&
      set_limit(RLIMIT_CORE, 0, 0) && set_limit(RLIMIT_NOFILE, descriptors_max, descriptors_max) &&
      (is_sanitized || set_limit(RLIMIT_AS, limits.memory_bytes_max, limits.memory_bytes_max));
  if (!is_limited) return refuse("setrlimit", errno);
  return {};
}

void leave_namespaces() {
  // Each on its own: where the first is refused the second may be granted.
  if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC) != 0) unshare(CLONE_NEWNET);
}

}  // namespace aiva::documents
