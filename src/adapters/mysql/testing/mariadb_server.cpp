#include "adapters/mysql/testing/mariadb_server.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

#include "adapters/mysql/internal/connection.h"

namespace aiva::mysql {
namespace {

constexpr const char* script = "tests/components/mariadb";
constexpr std::chrono::milliseconds patience{60000};
constexpr std::chrono::milliseconds pause{50};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "mariadb_server: %s\n", why.c_str());
  std::abort();
}

// Becomes the script, which becomes the server.
pid_t begin(std::vector<std::string> line) {
  std::vector<char*> words;
  for (auto& word : line) words.push_back(word.data());
  words.push_back(nullptr);
  auto process = fork();
  if (process < 0) give_up("it cannot be started");
  if (process > 0) return process;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  execv(words[0], words.data());
  _exit(127);
}

Result<std::unique_ptr<Connection>> connect(std::uint16_t port) {
  Server server{.hosts = {{.name = "127.0.0.1", .port = port}},
                .user = "root",
                .password = "",
                .database = "mysql"};
  return Connection::open(server, {});
}

}  // namespace

MariadbServer::MariadbServer(int id, std::vector<std::string> options)
    : options_(std::move(options)) {
  int status = 0;
  auto installing = begin({script, "install", folder_.path().string(), std::to_string(id)});
  if (waitpid(installing, &status, 0) < 0 || status != 0) give_up("it cannot be installed");
  std::ifstream(folder_.path() / "port") >> port_;
  start();
}

MariadbServer::~MariadbServer() { kill(); }

std::string MariadbServer::url(const std::string& database) const {
  return "mysql://root@" + host() + "/" + database;
}

void MariadbServer::start() {
  std::vector<std::string> line{script, "run", folder_.path().string()};
  line.insert(line.end(), options_.begin(), options_.end());
  process_ = begin(std::move(line));
  auto latest = std::chrono::steady_clock::now() + patience;
  while (!connect(port_)) {
    if (std::chrono::steady_clock::now() > latest) give_up("it does not answer");
    std::this_thread::sleep_for(pause);
  }
}

std::string MariadbServer::ask(const std::string& sql) const {
  auto connection = connect(port_);
  if (!connection) give_up(connection.error().cause);
  auto answer = (*connection)->ask(sql);
  if (!answer) give_up(answer.error().cause);
  return *answer;
}

void MariadbServer::follow(const MariadbServer& primary) const {
  ask("CHANGE MASTER TO master_host='127.0.0.1', master_port=" + std::to_string(primary.port()) +
      ", master_user='root', master_use_gtid=slave_pos, master_connect_retry=1");
  ask("START SLAVE");
}

void MariadbServer::kill() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  process_ = -1;
}

void MariadbServer::freeze() const { ::kill(process_, SIGSTOP); }
void MariadbServer::thaw() const { ::kill(process_, SIGCONT); }

}  // namespace aiva::mysql
