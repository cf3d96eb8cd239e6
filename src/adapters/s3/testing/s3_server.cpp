#include "adapters/s3/testing/s3_server.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace aiva::s3 {
namespace {

constexpr const char* program = "tests/components/s3_server";

[[noreturn]] void give_up(const char* why) {
  std::fprintf(stderr, "s3_server: %s; ./dev setup test fetches it\n", why);
  std::abort();
}

std::string read_line(int descriptor) {
  std::string line;
  char c = 0;
  while (::read(descriptor, &c, 1) == 1 && c != '\n') line += c;
  return line;
}

}  // namespace

S3Server& S3Server::shared() {
  static S3Server server;
  return server;
}

S3Server::S3Server() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) give_up("there is no pipe");
  auto path = std::filesystem::absolute(program).string();
  auto folder = folder_.path().string();
  process_ = ::fork();
  if (process_ < 0) give_up("it cannot be started");
  if (process_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(ends[1], STDOUT_FILENO);
    ::execl(path.c_str(), path.c_str(), folder.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  auto line = read_line(ends[0]);  // {"port":N}
  ::close(ends[0]);
  auto digits = std::string_view(line).substr(std::min<std::size_t>(line.size(), 8));
  std::from_chars(digits.data(), digits.data() + digits.size(), port_);
  if (port_ == 0) give_up("it did not start");
}

S3Server::~S3Server() {
  ::kill(process_, SIGTERM);
  ::waitpid(process_, nullptr, 0);
}

}  // namespace aiva::s3
