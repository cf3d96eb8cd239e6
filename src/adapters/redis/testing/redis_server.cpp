#include "adapters/redis/testing/redis_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <thread>
#include <utility>

namespace aiva::redis {
namespace {

constexpr const char* program = "build/redis8/redis-server";
constexpr std::chrono::milliseconds patience{20000};
constexpr std::chrono::milliseconds pause{10};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "redis_server: %s\n", why.c_str());
  std::abort();
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool is_free(std::uint16_t port) {
  int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(port);
  bool is_bound = bind(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  close(probe);
  return is_bound;
}

template <class Condition>
void wait_for(const char* what, Condition condition) {
  auto latest = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > latest) give_up(std::string("waited for ") + what);
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace

std::uint16_t find_free_port() {
  std::random_device random;
  for (int tries = 0; tries < 1000; ++tries) {
    auto port = static_cast<std::uint16_t>(12000 + random() % 9000);
    if (is_free(port) && is_free(static_cast<std::uint16_t>(port + 10000))) return port;
  }
  give_up("there is no free port");
}

RedisServer::RedisServer(std::vector<std::string> arguments)
    : arguments_(std::move(arguments)), port_(find_free_port()) {
  start();
}

RedisServer::~RedisServer() { kill(); }

std::string RedisServer::url() const { return "redis://127.0.0.1:" + std::to_string(port_); }

void RedisServer::start() {
  if (!std::filesystem::exists(program))
    give_up(std::string(program) + " is missing; run ./dev setup test");
  std::vector<std::string> line{std::filesystem::absolute(program).string(),
                                "--port",
                                std::to_string(port_),
                                "--bind",
                                "127.0.0.1",
                                "--save",
                                "",
                                "--dir",
                                folder_.path().string(),
                                "--logfile",
                                "redis.log"};
  line.insert(line.end(), arguments_.begin(), arguments_.end());
  std::vector<char*> words;
  for (auto& word : line) words.push_back(word.data());
  words.push_back(nullptr);
  process_ = fork();
  if (process_ < 0) give_up("it cannot be started");
  if (process_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execv(words[0], words.data());
    _exit(127);
  }
  wait_for("a Redis server", [this] { return answers(); });
}

bool RedisServer::answers() const {
  int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(port_);
  char answer[8] = {};
  bool is_there = ::connect(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                  send(probe, "PING\r\n", 6, MSG_NOSIGNAL) == 6 &&
                  recv(probe, answer, sizeof answer, 0) > 0;
  close(probe);
  // Without a password it answers -NOAUTH, and is there as well; -LOADING it is not.
  return is_there && answer[1] != 'L';
}

void RedisServer::kill() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  process_ = -1;
}

void RedisServer::freeze() const { ::kill(process_, SIGSTOP); }
void RedisServer::thaw() const { ::kill(process_, SIGCONT); }

RedisClusterServers::RedisClusterServers(bool has_replicas) {
  for (int i = 0; i < (has_replicas ? 6 : 3); ++i)
    nodes_.push_back(std::make_unique<RedisServer>(
        std::vector<std::string>{"--cluster-enabled", "yes", "--cluster-node-timeout", "2000",
                                 "--repl-diskless-sync-delay", "0"}));
  const char* ranges[3][2] = {{"0", "5460"}, {"5461", "10922"}, {"10923", "16383"}};
  for (std::size_t i = 0; i < 3; ++i)
    ask(*nodes_[i], {"CLUSTER", "ADDSLOTSRANGE", ranges[i][0], ranges[i][1]});
  for (std::size_t i = 1; i < nodes_.size(); ++i)
    ask(*nodes_[0], {"CLUSTER", "MEET", "127.0.0.1", std::to_string(nodes_[i]->port())});
  wait_for("a Redis Cluster", [this] { return is_ready(); });
  if (has_replicas) follow();
}

void RedisClusterServers::follow() {
  for (std::size_t i = 3; i < nodes_.size(); ++i) {
    auto master = ask(*nodes_[i - 3], {"CLUSTER", "MYID"}).text;
    wait_for("a replica", [this, i, &master] {
      return ask(*nodes_[i], {"CLUSTER", "REPLICATE", master}).text == "OK";
    });
  }
  wait_for("the replicas", [this] {
    return std::all_of(nodes_.begin() + 3, nodes_.end(), [](const auto& node) {
      auto info = ask(*node, {"INFO", "replication"}).text;
      return info.find("master_link_status:up") != std::string::npos;
    });
  });
  // A master knows its replica before it may be followed by it.
  wait_for("the masters", [this] {
    return std::all_of(nodes_.begin(), nodes_.begin() + 3, [](const auto& node) {
      return ask(*node, {"INFO", "replication"}).text.find("state=online") != std::string::npos;
    });
  });
}

bool RedisClusterServers::is_ready() const {
  auto known = "cluster_known_nodes:" + std::to_string(nodes_.size()) + "\r";
  return std::ranges::all_of(nodes_, [&known](const auto& node) {
    auto info = ask(*node, {"CLUSTER", "INFO"}).text;
    return info.find("cluster_state:ok") != std::string::npos &&
           info.find(known) != std::string::npos;
  });
}

RedisReply RedisClusterServers::ask(const RedisServer& node, const RedisCommand& command) {
  auto redis = connect(node.url());
  return redis::ask(*redis, command);
}

std::unique_ptr<Redis> connect(const std::string& url, RedisOptions options) {
  options.url = url;
  auto redis = make_redis(options);
  if (!redis) give_up(redis.error().message);
  return std::move(*redis);
}

RedisReply ask(Redis& redis, RedisCommand command) {
  RedisBatch batch;
  batch.commands.push_back(std::move(command));
  auto reply = sync_wait(redis.call({}, std::move(batch)));
  if (reply) return std::move(*reply);
  return {.kind = RedisReply::Kind::error, .text = reply.error().message};
}

}  // namespace aiva::redis
