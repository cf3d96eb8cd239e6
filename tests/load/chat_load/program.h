#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/json.h"
#include "load/chat_load/wire.h"

namespace aiva::load {

// AIVA itself, as a process of its own over a new folder. Throws where it does not do as it should.
class Program {
 public:
  // `settings` are variables of its environment besides those that every load needs.
  Program(const std::filesystem::path& binary, const std::filesystem::path& folder,
          const std::string& model_url, std::vector<std::string> settings = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  struct Reply {
    int status = 0;
    json::Value body{};
  };
  Reply call(std::string_view method, std::string_view path, std::string_view body = {},
             std::string_view content_type = "application/json");
  // What GET /metrics shows.
  std::string metrics();
  // The ids of new sessions, over a knowledge base unless its id is empty.
  std::vector<std::string> open_sessions(std::size_t count, const std::string& base = {});
  std::string make_base_with(std::string_view text);

  [[nodiscard]] pid_t process() const { return process_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  // 0 without AudioSocket.
  [[nodiscard]] std::uint16_t audiosocket_port() const { return audiosocket_port_; }
  [[nodiscard]] const std::string& token() const { return token_; }
  [[nodiscard]] double cpu_seconds() const;
  // By the names of its threads.
  [[nodiscard]] std::map<std::string, double> cpu_seconds_of_threads() const;
  [[nodiscard]] std::size_t open_sockets() const;
  [[nodiscard]] std::int64_t resident_kb() const;

 private:
  void spawn(const std::filesystem::path& binary, const std::filesystem::path& folder,
             const std::string& model_url, std::vector<std::string> settings);
  void log_in();
  AnswerReader ask(std::string_view method, std::string_view path, std::string_view body,
                   std::string_view content_type);

  pid_t process_ = -1;
  Descriptor output_;
  std::uint16_t port_ = 0;
  std::uint16_t audiosocket_port_ = 0;
  std::string token_;
  Descriptor connection_;
};

}  // namespace aiva::load
