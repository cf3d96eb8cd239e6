#include "faces/cli/top_command.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "faces/cli/output.h"
#include "faces/cli/terminal.h"
#include "faces/cli/top_screen.h"
#include "foundation/json.h"
#include "foundation/task.h"

namespace aiva::cli {
namespace {

constexpr std::chrono::seconds answer_time{5};
constexpr std::size_t answer_bytes_max = 1024 * 1024;
constexpr char interrupt_key = 3;
constexpr int not_served = 404;

Error refusal_of(const HttpResponse& response) {
  switch (response.status) {
    case 401:
      return {.code = ErrorCode::unauthenticated,
              .message = "The server does not know the API key or token"};
    case 403:
      return {.code = ErrorCode::forbidden,
              .message = "Only a super_admin or an API key with system.read sees this"};
    case not_served:
      return {.code = ErrorCode::not_found, .message = "There is no /api/status at this address"};
    default: break;
  }
  return {.code = ErrorCode::unavailable,
          .message = "The server answered with status " + std::to_string(response.status)};
}

// The answer as it came.
Result<std::string> ask(HttpClient& http, const TopOptions& options) {
  HttpRequest request{.url = options.url + "/api/status?history=false",
                      .timeout = answer_time,
                      .response_bytes_max = answer_bytes_max,
                      .may_reach_private_addresses = true};
  if (!options.key.empty())
    request.headers.push_back({"X-API-Key", options.key});
  else
    request.headers.push_back({"Authorization", "Bearer " + options.token});
  TRY(auto response, sync_wait(http.send({}, std::move(request))));
  if (response.status != 200) return fail(refusal_of(response));
  return std::move(response.body);
}

Result<TopStatus> read(const std::string& body) {
  TRY(auto answer, json::parse(body, {.bytes_max = answer_bytes_max, .depth_max = 16}));
  return read_top_status(answer);
}

// Nothing gets better by asking again.
bool is_final(const Error& error) {
  return error.code == ErrorCode::unauthenticated || error.code == ErrorCode::forbidden ||
         error.code == ErrorCode::not_found || error.code == ErrorCode::invalid;
}

TopSize terminal_size() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return {.columns = size.ws_col, .rows = size.ws_row};
}

// A terminal that shows a picture of its own and gives keys as they come; as before at its end.
class Picture {
 public:
  Picture() {
    is_raw_ = tcgetattr(STDIN_FILENO, &before_) == 0;
    if (is_raw_) {
      auto raw = before_;
      raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
      tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    put("\x1b[?1049h\x1b[?25l");
  }
  ~Picture() {
    put("\x1b[?25h\x1b[?1049l");
    if (is_raw_) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }
  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;

  // In one write, and each line cleared behind its end, so that nothing flickers.
  static void show(const std::string& screen) {
    std::string text = "\x1b[H";
    for (char c : screen) {
      if (c == '\n') text += "\x1b[K";
      text += c;
    }
    put(text + "\x1b[K\x1b[J");
  }

 private:
  static void put(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }

  termios before_{};
  bool is_raw_ = false;
};

// Keys and signals; false: it is to end.
class Wishes {
 public:
  Wishes() {
    sigset_t signals;
    sigemptyset(&signals);
    for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
    signals_ = signalfd(-1, &signals, SFD_CLOEXEC);
  }
  ~Wishes() {
    if (signals_ >= 0) close(signals_);
  }
  Wishes(const Wishes&) = delete;
  Wishes& operator=(const Wishes&) = delete;

  bool wait(std::chrono::milliseconds time) {
    auto end = std::chrono::steady_clock::now() + time;
    for (;;) {
      auto left =
          std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
      if (left.count() <= 0) return true;
      std::array<pollfd, 2> looked{pollfd{signals_, POLLIN, 0},
                                   pollfd{has_keys_ ? STDIN_FILENO : -1, POLLIN, 0}};
      if (poll(looked.data(), looked.size(), static_cast<int>(left.count())) <= 0) continue;
      if (looked[0].revents != 0) return false;
      if (looked[1].revents != 0 && !goes_on()) return false;
    }
  }

 private:
  // Reads a key; at the end of the input nothing more is waited for.
  bool goes_on() {
    char key = 0;
    if (::read(STDIN_FILENO, &key, 1) != 1) {
      has_keys_ = false;
      return true;
    }
    return key != 'q' && key != 'Q' && key != interrupt_key;
  }

  int signals_ = -1;
  bool has_keys_ = isatty(STDIN_FILENO) != 0;
};

int look_once(HttpClient& http, const TopOptions& options) {
  auto body = ask(http, options);
  if (!body) return report(body.error());
  if (options.is_json) {
    std::printf("%s\n", body->c_str());
    return 0;
  }
  auto status = read(*body);
  if (!status) return report(status.error());
  TopScreen screen(false);
  screen.take(std::move(*status));
  std::printf("%s\n", screen.draw({.columns = terminal_size().columns}).c_str());
  return 0;
}

int print_lines(HttpClient& http, const TopOptions& options) {
  Wishes wishes;
  do {
    auto body = ask(http, options);
    if (!body && is_final(body.error())) return report(body.error());
    if (body)
      std::printf("%s\n", body->c_str());
    else
      report(body.error());
    std::fflush(stdout);
  } while (wishes.wait(options.interval));
  return 0;
}

// Why it ended, where that was not wished for.
Result<void> show_pictures(HttpClient& http, const TopOptions& options) {
  TopScreen screen(std::getenv("NO_COLOR") == nullptr);
  Wishes wishes;
  Picture picture;
  do {
    auto body = ask(http, options);
    auto status = body ? read(*body) : Result<TopStatus>(std::unexpected(body.error()));
    if (!status && is_final(status.error())) return std::unexpected(std::move(status.error()));
    screen.say(status ? "q: quit" : "No answer: " + describe(status.error()));
    if (status) screen.take(std::move(*status));
    Picture::show(screen.draw(terminal_size()));
  } while (wishes.wait(options.interval));
  return {};
}

}  // namespace

int run_top(HttpClient& http, const TopOptions& options) {
  if (options.key.empty() && options.token.empty())
    return report(
        {.code = ErrorCode::invalid, .message = "An API key is needed: AIVA_API_KEY, or --key"});
  if (options.is_once) return look_once(http, options);
  if (options.is_json || !is_terminal_output()) return print_lines(http, options);
  auto shown = show_pictures(http, options);
  return shown ? 0 : report(shown.error());
}

}  // namespace aiva::cli
