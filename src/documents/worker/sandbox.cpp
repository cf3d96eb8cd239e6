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
  Rules() : filter_(seccomp_init(SCMP_ACT_ERRNO(EPERM)), &seccomp_release) {}

  void allow(int call) { keep(seccomp_rule_add(get(), SCMP_ACT_ALLOW, call, 0)); }
  void end_at(int call) { keep(seccomp_rule_add(get(), SCMP_ACT_KILL_PROCESS, call, 0)); }
  // Who starts a thread is refused, who starts a process is an intruder.
  void end_at_fork() {
    const scmp_arg_cmp is_process{
        .arg = 0, .op = SCMP_CMP_MASKED_EQ, .datum_a = CLONE_THREAD, .datum_b = 0};
    keep(seccomp_rule_add_array(get(), SCMP_ACT_KILL_PROCESS, SCMP_SYS(clone), 1, &is_process));
    // Its flags lie in memory, where no filter sees them; callers fall back to clone.
    keep(seccomp_rule_add(get(), SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0));
  }
  // Memory calls may make nothing executable.
  void allow_without_execution(int call) {
    // The third argument of mmap and mprotect holds the protection.
    const scmp_arg_cmp is_not_executable{
        .arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC, .datum_b = 0};
    keep(seccomp_rule_add_array(get(), SCMP_ACT_ALLOW, call, 1, &is_not_executable));
  }
  [[nodiscard]] scmp_filter_ctx get() const { return filter_.get(); }
  [[nodiscard]] int error() const { return error_; }

 private:
  void keep(int result) {
    if (result != 0 && error_ == 0) error_ = -result;
  }

  std::unique_ptr<void, void (*)(scmp_filter_ctx)> filter_;
  int error_ = 0;
};

constexpr int allowed_calls[] = {SCMP_SYS(read),
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
                                 SCMP_SYS(gettid)};

// No reader of documents makes these; a hijacked one does.
constexpr int intruders_calls[] = {SCMP_SYS(execve),
                                   SCMP_SYS(execveat),
                                   SCMP_SYS(fork),
                                   SCMP_SYS(vfork),
                                   SCMP_SYS(socket),
                                   SCMP_SYS(socketpair),
                                   SCMP_SYS(connect),
                                   SCMP_SYS(bind),
                                   SCMP_SYS(sendmsg),
                                   SCMP_SYS(recvmsg),
                                   SCMP_SYS(kill),
                                   SCMP_SYS(ptrace),
                                   SCMP_SYS(process_vm_readv),
                                   SCMP_SYS(process_vm_writev),
                                   SCMP_SYS(pidfd_open),
                                   SCMP_SYS(pidfd_getfd),
                                   SCMP_SYS(mount),
                                   SCMP_SYS(setns),
                                   SCMP_SYS(unshare),
                                   SCMP_SYS(bpf),
                                   SCMP_SYS(keyctl),
                                   SCMP_SYS(userfaultfd),
                                   SCMP_SYS(perf_event_open),
                                   SCMP_SYS(io_uring_setup),
                                   SCMP_SYS(init_module),
                                   SCMP_SYS(accept),
                                   SCMP_SYS(accept4),
                                   SCMP_SYS(listen),
                                   SCMP_SYS(sendto),
                                   SCMP_SYS(sendmmsg),
                                   SCMP_SYS(tkill),
                                   SCMP_SYS(pidfd_send_signal),
                                   SCMP_SYS(umount2),
                                   SCMP_SYS(pivot_root),
                                   SCMP_SYS(chroot),
                                   SCMP_SYS(open_by_handle_at),
                                   SCMP_SYS(add_key),
                                   SCMP_SYS(request_key),
                                   SCMP_SYS(io_uring_enter),
                                   SCMP_SYS(io_uring_register),
                                   SCMP_SYS(kexec_load),
                                   SCMP_SYS(reboot),
                                   SCMP_SYS(finit_module)};

// What sanitizers need besides; they ask whether memory can be read by writing it into a pipe.
constexpr int sanitizers_calls[] = {
    SCMP_SYS(mmap),   SCMP_SYS(mprotect), SCMP_SYS(sigaltstack), SCMP_SYS(rt_sigaction),
    SCMP_SYS(tgkill), SCMP_SYS(pipe),     SCMP_SYS(pipe2)};

void add_rules(Rules& rules) {
  for (int call : allowed_calls) rules.allow(call);
  for (int call : intruders_calls) rules.end_at(call);
  rules.end_at_fork();
  rules.allow_without_execution(SCMP_SYS(mmap));
  rules.allow_without_execution(SCMP_SYS(mprotect));
  if (!is_sanitized) return;
  for (int call : sanitizers_calls) rules.allow(call);
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
  signal(SIGXFSZ, SIG_IGN);  // a complaint that cannot be written is no reason to end
  rlim_t cpu = limits.cpu_seconds_max;
  bool is_limited =
      set_limit(RLIMIT_CPU, cpu, cpu + 2) && set_limit(RLIMIT_FSIZE, 0, 0) &&
      set_limit(RLIMIT_CORE, 0, 0) && set_limit(RLIMIT_NPROC, 0, 0) &&
      set_limit(RLIMIT_MEMLOCK, 0, 0) &&
      set_limit(RLIMIT_NOFILE, descriptors_max, descriptors_max) &&
      (is_sanitized || set_limit(RLIMIT_AS, limits.memory_bytes_max, limits.memory_bytes_max));
  if (!is_limited) return refuse("setrlimit", errno);
  return {};
}

}  // namespace aiva::documents
