#include "load/chat_load/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

namespace aiva::load {
namespace {

constexpr std::chrono::seconds ingestion_max{30};

std::vector<std::string> environment_with(std::vector<std::string> own) {
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (!std::string_view(*entry).starts_with("AIVA_")) own.emplace_back(*entry);
  return own;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::string text_at(const json::Value& value, std::string_view pointer) {
  boost::json::error_code error;
  const auto* found = value.find_pointer({pointer.data(), pointer.size()}, error);
  if (found == nullptr || !found->is_string())
    throw std::runtime_error(fmt::format("no {} in {}", pointer, json::to_text(value)));
  return std::string(found->get_string());
}

json::Value parsed(std::string_view text) {
  auto value = json::parse(text);
  if (!value) throw std::runtime_error(fmt::format("this is no JSON: {}", text));
  return *std::move(value);
}

}  // namespace

Program::Program(const std::filesystem::path& binary, const std::filesystem::path& folder,
                 const std::string& model_url, std::vector<std::string> settings) {
  spawn(binary, folder, model_url, std::move(settings));
  log_in();
}

Program::~Program() {
  kill(process_, SIGTERM);
  waitpid(process_, nullptr, 0);
}

void Program::spawn(const std::filesystem::path& binary, const std::filesystem::path& folder,
                    const std::string& model_url, std::vector<std::string> own) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  output_ = Descriptor(ends[0]);
  Descriptor input(ends[1]);
  std::vector<std::string> words = {binary, "serve",  "--json",       "--port",
                                    "0",    "--data", folder.string()};
  own.insert(own.end(), {"AIVA_CHAT_MODEL_PROVIDER=openai", "AIVA_CHAT_MODEL_BASE_URL=" + model_url,
                         "AIVA_CHAT_MODEL_API_KEY=sk-test", "AIVA_LOG_LEVEL=error",
                         "AIVA_SERVER_ACCESS_LOG=false", "AIVA_SERVER_CONNECTIONS_MAX=20000",
                         "AIVA_SERVER_CONNECTIONS_PER_IP_MAX=20000"});
  auto settings = environment_with(std::move(own));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.get(), STDOUT_FILENO);
  auto error = posix_spawn(&process_, binary.c_str(), &actions, nullptr, pointers_to(words).data(),
                           pointers_to(settings).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::system_error(error, std::generic_category(), binary.string());
}

void Program::log_in() {
  std::string text;
  char piece[4096];
  for (ssize_t count = 1; count > 0 && !text.contains("\n");) {
    count = read(output_.get(), piece, sizeof piece);
    if (count > 0) text.append(piece, static_cast<std::size_t>(count));
  }
  auto ready = parsed(std::string_view(text).substr(0, text.find('\n')));
  auto url = text_at(ready, "/url");
  auto digits = std::string_view(url).substr(url.rfind(':') + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), port_);
  if (const auto* calls = ready.as_object().if_contains("audiosocket_port"))
    audiosocket_port_ = calls->to_number<std::uint16_t>();
  connection_ = connect_to(port_);
  auto who = fmt::format(R"({{"email":"{}","password":"{}"}})", text_at(ready, "/email"),
                         text_at(ready, "/password"));
  token_ = text_at(call("POST", "/api/auth/login", who).body, "/data/token");
}

AnswerReader Program::ask(std::string_view method, std::string_view path, std::string_view body,
                          std::string_view content_type) {
  auto authorization = token_.empty() ? "" : "Authorization: Bearer " + token_ + "\r\n";
  auto request = fmt::format(
      "{} {} HTTP/1.1\r\nHost: 127.0.0.1\r\n{}Content-Type: {}\r\nContent-Length: {}\r\n\r\n{}",
      method, path, authorization, content_type, body.size(), body);
  AnswerReader answer;
  std::string piece;
  auto has_answered = [&] {
    if (!send_whole(connection_, request)) return false;
    while (!answer.is_complete()) {
      wait_for_input(connection_);
      piece.clear();
      if (!receive(connection_, piece)) return false;
      answer.add(piece);
    }
    return true;
  };
  if (has_answered()) return answer;
  // One that was idle for long is closed.
  connection_ = connect_to(port_);
  answer.restart();
  if (!has_answered()) throw std::runtime_error("AIVA is gone");
  return answer;
}

Program::Reply Program::call(std::string_view method, std::string_view path, std::string_view body,
                             std::string_view content_type) {
  auto answer = ask(method, path, body, content_type);
  return {.status = answer.status(), .body = parsed(answer.body())};
}

std::string Program::metrics() { return ask("GET", "/metrics", {}, "text/plain").body(); }

std::vector<std::string> Program::open_sessions(std::size_t count, const std::string& base) {
  auto body = base.empty() ? std::string("{}") : fmt::format(R"({{"kb_id":"{}"}})", base);
  std::vector<std::string> sessions;
  while (sessions.size() < count)
    sessions.push_back(text_at(call("POST", "/api/chat/sessions", body).body, "/data/id"));
  return sessions;
}

std::string Program::make_base_with(std::string_view text) {
  auto made = call("POST", "/api/knowledge", R"({"name":"Load"})");
  auto base = text_at(made.body, "/data/id");
  auto form = fmt::format(
      "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n{}\r\n"
      "--x--\r\n",
      text);
  auto path = fmt::format("/api/knowledge/{}/documents", base);
  call("POST", path, form, "multipart/form-data; boundary=x");
  auto until = std::chrono::steady_clock::now() + ingestion_max;
  while (std::chrono::steady_clock::now() < until) {
    auto listed = json::to_text(call("GET", path).body);
    if (listed.contains(R"("status":"completed")")) return base;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  throw std::runtime_error("the document is not taken in");
}

double Program::cpu_seconds() const {
  clockid_t clock{};
  timespec time{};
  clock_getcpuclockid(process_, &clock);
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

std::map<std::string, double> Program::cpu_seconds_of_threads() const {
  std::map<std::string, double> seconds;
  for (const auto& task :
       std::filesystem::directory_iterator(fmt::format("/proc/{}/task", process_))) {
    std::string name;
    std::getline(std::ifstream(task.path() / "comm"), name);
    double nanoseconds = 0;
    std::ifstream(task.path() / "schedstat") >> nanoseconds;
    seconds[name] += nanoseconds / 1e9;
  }
  return seconds;
}

std::size_t Program::open_sockets() const {
  std::size_t count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(fmt::format("/proc/{}/fd", process_))) {
    std::error_code error;
    count += std::filesystem::read_symlink(entry.path(), error).string().starts_with("socket:");
  }
  return count;
}

std::int64_t Program::resident_kb() const {
  std::ifstream status(fmt::format("/proc/{}/status", process_));
  std::string line;
  while (std::getline(status, line))
    if (line.starts_with("VmRSS:")) return std::strtoll(line.c_str() + 6, nullptr, 10);
  return 0;
}

}  // namespace aiva::load
