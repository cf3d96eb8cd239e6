#include "documents/worker/converter_limits.h"

#include <sched.h>
#include <seccomp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

namespace aiva::documents {
namespace {

constexpr rlim_t descriptors_max = 256;
constexpr rlim_t threads_max = 256;  // of this user; the kernel excepts root

// What converting needs none of, and an intruder would start with.
constexpr int refused_calls[] = {
    // Other processes, and becoming several.
    SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev), SCMP_SYS(process_madvise), SCMP_SYS(pidfd_open),
    SCMP_SYS(pidfd_getfd), SCMP_SYS(pidfd_send_signal), SCMP_SYS(kcmp),
    // Anyone to talk to.
    SCMP_SYS(connect), SCMP_SYS(sendmmsg),
    // Mounts and namespaces.
    SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(setns),
    SCMP_SYS(unshare), SCMP_SYS(open_tree), SCMP_SYS(move_mount), SCMP_SYS(fsopen),
    SCMP_SYS(fsconfig), SCMP_SYS(fsmount), SCMP_SYS(fspick), SCMP_SYS(mount_setattr),
    SCMP_SYS(name_to_handle_at), SCMP_SYS(open_by_handle_at), SCMP_SYS(mknod), SCMP_SYS(mknodat),
    SCMP_SYS(quotactl), SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(fanotify_init),
    // Parts of the kernel with a history.
    SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(keyctl),
    SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register), SCMP_SYS(io_setup), SCMP_SYS(io_submit), SCMP_SYS(vmsplice),
    SCMP_SYS(modify_ldt), SCMP_SYS(move_pages), SCMP_SYS(migrate_pages), SCMP_SYS(mbind),
    SCMP_SYS(set_mempolicy), SCMP_SYS(remap_file_pages), SCMP_SYS(lookup_dcookie),
    SCMP_SYS(nfsservctl), SCMP_SYS(uselib), SCMP_SYS(_sysctl),
    // The machine itself.
    SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module), SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load), SCMP_SYS(reboot), SCMP_SYS(syslog), SCMP_SYS(acct),
    SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(adjtimex), SCMP_SYS(clock_adjtime),
    SCMP_SYS(sethostname), SCMP_SYS(setdomainname), SCMP_SYS(iopl), SCMP_SYS(ioperm),
    SCMP_SYS(vhangup), SCMP_SYS(personality)};

std::unexpected<Error> refuse(const char* what, int error) {
  return fail(ErrorCode::internal, "The converter cannot be confined",
              std::string(what) + ": " + std::strerror(error));
}

using Filter = std::unique_ptr<void, void (*)(scmp_filter_ctx)>;

int add_rules(scmp_filter_ctx filter) {
  constexpr auto refusal = SCMP_ACT_ERRNO(EPERM);
  int error = 0;
  auto keep = [&error](int result) { error = error != 0 ? error : -result; };
  for (int call : refused_calls) keep(seccomp_rule_add(filter, refusal, call, 0));
  // A clone that is no thread is a process; the flags of clone3 lie in memory, where no filter sees
  // them, and callers fall back to clone.
  const scmp_arg_cmp is_process{
      .arg = 0, .op = SCMP_CMP_MASKED_EQ, .datum_a = CLONE_THREAD, .datum_b = 0};
  keep(seccomp_rule_add_array(filter, refusal, SCMP_SYS(clone), 1, &is_process));
  keep(seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0));
  const scmp_arg_cmp is_not_local{.arg = 0, .op = SCMP_CMP_NE, .datum_a = AF_UNIX, .datum_b = 0};
  keep(seccomp_rule_add_array(filter, refusal, SCMP_SYS(socket), 1, &is_not_local));
  // Typing on a terminal: TIOCSTI.
  const scmp_arg_cmp is_typing{
      .arg = 1, .op = SCMP_CMP_MASKED_EQ, .datum_a = 0xFFFFFFFF, .datum_b = 0x5412};
  keep(seccomp_rule_add_array(filter, refusal, SCMP_SYS(ioctl), 1, &is_typing));
  return error;
}

bool set_limit(decltype(RLIMIT_AS) resource, rlim_t limit) {
  rlimit both{.rlim_cur = limit, .rlim_max = limit};
  return setrlimit(resource, &both) == 0;
}

}  // namespace

Result<void> limit_converter(const ConverterLimits& limits) {
  Filter filter(seccomp_init(SCMP_ACT_ALLOW), &seccomp_release);
  if (!filter) return refuse("seccomp_init", ENOMEM);
  if (int error = add_rules(filter.get()); error != 0) return refuse("seccomp_rule_add", error);
  bool is_limited = set_limit(RLIMIT_CPU, limits.cpu_seconds_max) &&
                    set_limit(RLIMIT_FSIZE, limits.file_bytes_max) && set_limit(RLIMIT_CORE, 0) &&
                    set_limit(RLIMIT_MEMLOCK, 0) && set_limit(RLIMIT_MSGQUEUE, 0) &&
                    set_limit(RLIMIT_NPROC, threads_max) &&
                    set_limit(RLIMIT_NOFILE, descriptors_max);
  if (!is_limited) return refuse("setrlimit", errno);
  // Sets PR_SET_NO_NEW_PRIVS before; calls of another architecture end the process.
  if (int error = seccomp_load(filter.get()); error != 0) return refuse("seccomp_load", -error);
  // Last: what a sanitizer has mapped already is more than this.
  if (!set_limit(RLIMIT_AS, limits.memory_bytes_max)) return refuse("RLIMIT_AS", errno);
  return {};
}

}  // namespace aiva::documents
