#include "adapters/docworker/conversion.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "adapters/docworker/spawn.h"
#include "documents/descriptors.h"
#include "foundation/log.h"

namespace aiva {
namespace {

using Clock = std::chrono::steady_clock;
using documents::ConversionEnd;
using documents::Converted;
using documents::FileDescriptor;
using std::chrono::milliseconds;

// The process keeps to its limits by itself; only one that hangs is ended from here.
constexpr milliseconds grace{5000};

std::unexpected<Error> broken(const char* what) {
  return fail(ErrorCode::unavailable, "The document cannot be converted now",
              std::string(what) + ": " + std::strerror(errno));
}

int milliseconds_until(Clock::time_point time) {
  auto left = std::chrono::ceil<milliseconds>(time - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 3'600'000));
}

// One process that converts, and our ends of what connects us. Ends it with this object.
class ConvertingProcess {
 public:
  ConvertingProcess(pid_t id, FileDescriptor result, FileDescriptor leash)
      : id_(id), result_(std::move(result)), leash_(std::move(leash)) {}
  ~ConvertingProcess() {
    if (id_ != 0) (void)end();
  }
  ConvertingProcess(const ConvertingProcess&) = delete;
  ConvertingProcess& operator=(const ConvertingProcess&) = delete;

  [[nodiscard]] int result() const { return result_.number(); }

  // Lets it go, waits for its end and says how that was.
  int end() {
    leash_.reset();
    FileDescriptor process(static_cast<int>(syscall(SYS_pidfd_open, id_, 0)));
    pollfd wait{.fd = process.number(), .events = POLLIN, .revents = 0};
    bool has_ended = process.is_open() && poll(&wait, 1, static_cast<int>(grace.count())) > 0;
    if (!has_ended) kill(id_, SIGKILL);
    int status = 0;
    while (waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = 0;
    return status;
  }

 private:
  pid_t id_;
  FileDescriptor result_;
  FileDescriptor leash_;
};

// The bytes as a file without a name.
Result<FileDescriptor> make_file(std::string_view bytes) {
  FileDescriptor file(memfd_create("document", MFD_CLOEXEC));
  if (!file.is_open()) return broken("memfd_create");
  TRY_VOID(documents::write_all(file.number(), bytes));
  if (lseek(file.number(), 0, SEEK_SET) != 0) return broken("lseek");
  return file;
}

Result<Converted> explain(ConversionEnd end, std::string cause) {
  switch (end) {
    case ConversionEnd::converted: return Converted{};
    case ConversionEnd::not_confined:
      return fail(ErrorCode::unavailable,
                  "The document cannot be converted: the system does not permit to confine the "
                  "converter, which takes user namespaces",
                  std::move(cause));
    case ConversionEnd::not_started:
      return fail(ErrorCode::unavailable, "The converter of the document cannot be started",
                  std::move(cause));
    case ConversionEnd::timed_out:
      return fail(ErrorCode::timeout, "Converting the document took too long", std::move(cause));
    case ConversionEnd::crashed:
      return fail(ErrorCode::invalid,
                  "The document could not be converted: it is damaged, or made to harm its reader",
                  std::move(cause));
    case ConversionEnd::failed:
    case ConversionEnd::nothing_came:
      return fail(ErrorCode::invalid,
                  "The document could not be converted: it is damaged, or has no text",
                  std::move(cause));
    case ConversionEnd::too_large:
      return fail(ErrorCode::too_large, "What the converter made of the document is too large",
                  std::move(cause));
    case ConversionEnd::called_off:
    case ConversionEnd::not_called_so:
    case ConversionEnd::not_transferred: break;
  }
  return fail(ErrorCode::unavailable, "The document cannot be converted now", std::move(cause));
}

// What arrives until the pipe is closed.
Result<std::string> take_result(int result, const Conversion::Limits& limits) {
  auto deadline = Clock::now() + limits.seconds_max + grace;
  auto until = std::min(deadline, limits.context.deadline);
  std::string bytes;
  std::array<char, 64 * 1024> piece;
  std::array<pollfd, 2> waits = {pollfd{.fd = result, .events = POLLIN, .revents = 0},
                                 pollfd{.fd = limits.wake_up, .events = POLLIN, .revents = 0}};
  for (;;) {
    if (poll(waits.data(), waits.size(), milliseconds_until(until)) < 0 && errno != EINTR)
      return broken("poll");
    if (limits.shutdown.stop_requested())
      return fail(ErrorCode::cancelled, "The server is shutting down");
    TRY_VOID(limits.context.check());
    if (Clock::now() >= deadline)
      return fail(ErrorCode::timeout, "Converting the document took too long");
    if (waits[0].revents == 0) continue;
    auto count = ::read(result, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return broken("read");
    if (count == 0) return bytes;
    bytes.append(piece.data(), static_cast<std::size_t>(count));
    if (bytes.size() > documents::conversion_output_bytes_max)
      return fail(ErrorCode::too_large, "What the converter made of the document is too large");
  }
}

FileFormat result_format(const LegacyConverter& converter, FileFormat from) {
  if (converter.name == "catdoc") return FileFormat::text;
  return from == FileFormat::doc ? FileFormat::docx : FileFormat::pptx;
}

}  // namespace

Result<Converted> Conversion::convert(FileFormat format, std::string_view bytes,
                                      const Limits& limits) const {
  if (!converter_) return fail(converter_.error());
  TRY(auto document, make_file(bytes));
  std::array<int, 2> pipe{};
  if (pipe2(pipe.data(), O_CLOEXEC) != 0) return broken("pipe");
  FileDescriptor result(pipe[0]);
  FileDescriptor its_result(pipe[1]);
  std::array<int, 2> sockets{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0)
    return broken("socketpair");
  FileDescriptor leash(sockets[0]);
  FileDescriptor its_leash(sockets[1]);
  auto begin = Clock::now();
  std::array descriptors = {document.number(), its_result.number(), its_leash.number()};
  TRY(auto id, spawn_program(worker_,
                             {"--convert", converter_->name, "--program",
                              converter_->program_for(format).string(), "--from",
                              std::string(to_string(format)), "--seconds",
                              std::to_string(limits.seconds_max.count())},
                             descriptors));
  ConvertingProcess process(id, std::move(result), std::move(leash));
  its_result.reset();
  its_leash.reset();
  TRY(auto converted, take_result(process.result(), limits));
  // The end of the pipe is the end of the process, or it has none to wait for.
  int status = process.end();
  auto end = WIFEXITED(status) ? static_cast<ConversionEnd>(WEXITSTATUS(status))
                               : ConversionEnd::called_off;
  auto elapsed = std::chrono::duration_cast<milliseconds>(Clock::now() - begin);
  log::debug("a document was converted", {{"converter", converter_->name},
                                          {"exit_code", WEXITSTATUS(status)},
                                          {"milliseconds", elapsed.count()}});
  TRY_VOID(explain(end, converter_->name + " ended with " + std::to_string(status)));
  return Converted{.format = result_format(*converter_, format), .bytes = std::move(converted)};
}

Result<void> try_legacy_converter(const std::filesystem::path& worker,
                                  const LegacyConverter& converter) {
  CallContext context;
  // Both converters know rich text, whatever the name says.
  std::string_view document = "{\\rtf1\\ansi A small text to convert.\\par}";
  Conversion::Limits limits{.context = context, .shutdown = {}};
  TRY_VOID(Conversion(worker, converter).convert(FileFormat::doc, document, limits));
  return {};
}

}  // namespace aiva
