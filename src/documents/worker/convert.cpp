#include "documents/worker/convert.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string_view>
#include <vector>

#include "documents/descriptors.h"
#include "documents/worker/converter_limits.h"
#include "documents/worker/converter_room.h"
#include "documents/worker/namespaces.h"

namespace aiva::documents {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t room_bytes_max = 512UL * 1024 * 1024;
constexpr std::size_t memory_of_office = 2048UL * 1024 * 1024;
constexpr std::size_t memory_of_catdoc = 512UL * 1024 * 1024;
constexpr int could_not_start = 126;  // the exit code of a process that became no converter
// LibreOffice ends with this once it has made its settings, and wants to be started again.
constexpr int wants_another_start = 81;
constexpr int starts_max = 3;

// Names within the room. The converter's program decides by the suffix what a document is.
constexpr const char* text_result = "result";
constexpr const char* catdoc_settings =
    "charset_path=/usr/share/catdoc\n"
    "map_path=/work\n"
    "source_charset=cp1252\n"
    "target_charset=utf-8\n"
    "unknown_char=?\n";

std::string document_name(FileFormat from) {
  return from == FileFormat::doc ? "document.doc" : "document.ppt";
}

// Where the result of this order is.
const char* result_name(const ConversionOrder& order) {
  if (order.kind == ConverterKind::catdoc) return text_result;
  return order.from == FileFormat::doc ? "out/document.docx" : "out/document.pptx";
}

std::vector<std::string> arguments_of(const ConversionOrder& order) {
  auto document = document_name(order.from);
  if (order.kind == ConverterKind::libreoffice)
    return {order.program,
            "-env:UserInstallation=file:///work/settings",
            "--headless",
            "--norestore",
            "--nolockcheck",
            "--convert-to",
            order.from == FileFormat::doc ? "docx" : "pptx",
            "--outdir",
            "/work/out",
            document};
  if (order.from == FileFormat::ppt) return {order.program, "-dutf-8", document};
  return {order.program, "-w", "-scp1252", "-dutf-8", document};
}

bool write_file(const char* name, std::string_view text) {
  FileDescriptor file(open(name, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600));
  return file.is_open() && write_all(file.number(), text).has_value();
}

// How catdoc marks cells and rows; everything else comes as it is.
bool write_settings_of_catdoc() {
  auto line = [](const char* code, char mark) { return std::string(code) + " \"" + mark + "\"\n"; };
  auto marks = line("001C", catdoc_cell_end) + line("001E", catdoc_row_end);
  return write_file(".catdocrc", catdoc_settings) && write_file("ascii.specchars", marks) &&
         write_file("ascii.replchars", "");
}

// Copies at most `bytes_max` bytes; says how many, nothing where that fails or there are more.
std::optional<std::size_t> copy(int from, int to, std::size_t bytes_max) {
  std::array<char, 64 * 1024> piece;
  std::size_t copied = 0;
  for (;;) {
    auto count = ::read(from, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::nullopt;
    if (count == 0) return copied;
    copied += static_cast<std::size_t>(count);
    if (copied > bytes_max) return std::nullopt;
    if (!write_all(to, {piece.data(), static_cast<std::size_t>(count)})) return std::nullopt;
  }
}

bool take_document(int document, const std::string& name) {
  FileDescriptor file(open(name.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0400));
  return file.is_open() && copy(document, file.number(), conversion_input_bytes_max).has_value();
}

// In the freshly forked process: becomes the converter.
[[noreturn]] void become_converter(const ConversionOrder& order, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(could_not_start);
  setpgid(0, 0);
  int nowhere = open("/dev/null", O_RDWR);
  int result = open(text_result, O_CREAT | O_WRONLY | O_TRUNC, 0600);
  bool is_ready = nowhere >= 0 && result >= 0 && dup2(nowhere, 0) == 0 && dup2(result, 1) == 1 &&
                  dup2(nowhere, 2) == 2 && close_range(3, ~0U, 0) == 0;
  auto words = arguments_of(order);
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  // Without /proc the loader cannot tell where the program's own libraries are.
  auto folder = order.program.substr(0, order.program.rfind('/'));
  std::array<std::string, 6> settings = {
      "HOME=/work",     "TMPDIR=/work",          "PATH=/usr/bin:/bin",
      "LC_ALL=C.UTF-8", "SAL_USE_VCLPLUGIN=svp", "LD_LIBRARY_PATH=" + folder};
  std::vector<char*> environment;
  for (auto& setting : settings) environment.push_back(setting.data());
  environment.push_back(nullptr);
  ConverterLimits limits{.memory_bytes_max = order.kind == ConverterKind::libreoffice
                                                 ? memory_of_office
                                                 : memory_of_catdoc,
                         .file_bytes_max = conversion_output_bytes_max + 1,
                         .cpu_seconds_max = order.seconds_max};
  if (is_ready && limit_converter(limits).has_value())
    execve(arguments[0], arguments.data(), environment.data());
  _exit(could_not_start);
}

int milliseconds_until(Clock::time_point time) {
  auto left = std::chrono::ceil<std::chrono::milliseconds>(time - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 3'600'000));
}

// Waits for the converter's end; ends it at the deadline or when the leash is let go.
ConversionEnd wait_for(pid_t id, int leash, Clock::time_point deadline, int& status) {
  FileDescriptor process(static_cast<int>(syscall(SYS_pidfd_open, id, 0)));
  auto end = ConversionEnd::converted;
  std::array<pollfd, 2> waits = {pollfd{.fd = process.number(), .events = POLLIN, .revents = 0},
                                 pollfd{.fd = leash, .events = POLLIN, .revents = 0}};
  if (!process.is_open()) end = ConversionEnd::not_confined;
  while (end == ConversionEnd::converted && waits[0].revents == 0) {
    if (poll(waits.data(), waits.size(), milliseconds_until(deadline)) < 0 && errno != EINTR) break;
    if (waits[1].revents != 0) end = ConversionEnd::called_off;
    if (Clock::now() >= deadline) end = ConversionEnd::timed_out;
  }
  if (waits[0].revents == 0) {
    kill(-id, SIGKILL);
    kill(id, SIGKILL);
  }
  while (waitpid(id, &status, 0) < 0 && errno == EINTR) {
  }
  return waits[0].revents == 0 ? end : ConversionEnd::converted;
}

ConversionEnd judge(int status) {
  if (WIFEXITED(status)) {
    if (WEXITSTATUS(status) == could_not_start) return ConversionEnd::not_started;
    return WEXITSTATUS(status) == 0 ? ConversionEnd::converted : ConversionEnd::failed;
  }
  switch (WTERMSIG(status)) {
    case SIGXCPU:
    case SIGKILL: return ConversionEnd::timed_out;  // of computing time
    case SIGXFSZ: return ConversionEnd::too_large;
    default: return ConversionEnd::crashed;
  }
}

ConversionEnd run_converter(const ConversionOrder& order, int leash) {
  auto deadline = Clock::now() + std::chrono::seconds(order.seconds_max);
  for (int start = 1;; ++start) {
    auto parent = getpid();
    auto id = fork();
    if (id < 0) return ConversionEnd::not_confined;
    if (id == 0) become_converter(order, parent);
    int status = 0;
    auto end = wait_for(id, leash, deadline, status);
    if (end != ConversionEnd::converted) return end;
    bool again = order.kind == ConverterKind::libreoffice && WIFEXITED(status) &&
                 WEXITSTATUS(status) == wants_another_start && start < starts_max;
    if (!again) return judge(status);
  }
}

ConversionEnd send_result(const char* name, int result) {
  // Whatever the converter left there: no link is followed, nothing but a file is read.
  FileDescriptor file(open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat info{};
  if (!file.is_open() || fstat(file.number(), &info) != 0 || !S_ISREG(info.st_mode) ||
      info.st_size == 0)
    return ConversionEnd::nothing_came;
  if (info.st_size > static_cast<off_t>(conversion_output_bytes_max))
    return ConversionEnd::too_large;
  return copy(file.number(), result, conversion_output_bytes_max) ? ConversionEnd::converted
                                                                  : ConversionEnd::not_transferred;
}

}  // namespace

ConversionEnd convert_document(const ConversionOrder& order, const ConversionDescriptors& open) {
  signal(SIGPIPE, SIG_IGN);
  auto room = move_into_converter_room({.program = order.program, .bytes_max = room_bytes_max});
  if (!room) {
    std::fprintf(stderr, "aiva-docworker: %s: %s\n", room.error().message.c_str(),
                 room.error().cause.c_str());
    return ConversionEnd::not_confined;
  }
  umask(0077);
  bool is_ready = mkdir("out", 0700) == 0 &&
                  (order.kind != ConverterKind::catdoc || write_settings_of_catdoc());
  if (!is_ready) return ConversionEnd::not_confined;
  if (!take_document(open.document, document_name(order.from)))
    return ConversionEnd::not_transferred;
  // The first process of the converter's namespace ends when this one does, and all of them then.
  auto convert = [&] {
    auto end = run_converter(order, open.leash);
    if (end == ConversionEnd::converted) end = send_result(result_name(order), open.result);
    return static_cast<int>(end);
  };
  return static_cast<ConversionEnd>(serve_in_own_process(open.result, convert));
}

}  // namespace aiva::documents
