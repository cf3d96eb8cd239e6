#include "app/installation_checks.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "capabilities/checkup/launch_checks.h"
#include "foundation/text/percent.h"

namespace aiva::app {
namespace {

namespace fs = std::filesystem;
using checkup::CheckName;
using checkup::fault;
using checkup::Finding;
using checkup::pass;
using checkup::Secrecy;
using checkup::skip;
using checkup::warn;

constexpr std::array wanted_indexes{"idx_knowledge_bases_tenant", "idx_documents_kb_status",
                                    "idx_document_chunks_kb_document", "idx_products_kb",
                                    "idx_chat_sessions_tenant_status"};

bool is_own_host(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

// The password in SCHEME://USER:PASSWORD@HOST; empty without one.
std::string password_in(std::string_view url) {
  auto begin = url.find("://");
  if (begin == std::string_view::npos) return {};
  auto authority = url.substr(begin + 3);
  authority = authority.substr(0, authority.find('/'));
  auto at = authority.rfind('@');
  if (at == std::string_view::npos) return {};
  auto user = authority.substr(0, at);
  auto colon = user.find(':');
  if (colon == std::string_view::npos) return {};
  auto raw = user.substr(colon + 1);
  return decode_percent(raw).value_or(std::string(raw));
}

struct NamedSecret {
  std::string_view name;
  std::string secret;
  bool is_wanted = false;  // its service is used, and asks for one
};

std::vector<NamedSecret> secrets_of(const Config& config) {
  auto of_database = config.database.password.empty() ? password_in(config.database.url)
                                                      : config.database.password;
  bool has_redis = config.cache.provider == "redis" || config.search.vector_index == "redis";
  return {{"database.password", of_database, !config.database.url.empty()},
          {"the password in cache.url", password_in(config.cache.url), has_redis},
          {"objects.secret_key", config.objects.secret_key, false},
          {"ari.password", config.ari.password, !config.ari.url.empty()},
          {"ari.incoming_password", config.ari.incoming_password, false},
          {"campaigns.dialler_secret", config.campaigns.dialler_secret,
           !config.campaigns.dialler_url.empty()}};
}

void add_name(std::string& list, std::string_view name) {
  if (!list.empty()) list += ", ";
  list += name;
}

}  // namespace

Finding check_transport(const Config& config) {
  constexpr CheckName name{"launch.tls", "TLS", "S199"};
  const auto& server = config.server;
  if (!server.tls_certificate.empty()) {
    std::error_code error;
    for (const auto& file : {server.tls_certificate, server.tls_key})
      if (!fs::exists(file, error))
        return fault(name, file + " is missing", "Name files that this user can read");
    return pass(name, "by " + server.tls_certificate);
  }
  if (is_own_host(server.host)) return pass(name, "plain HTTP, on " + server.host + " only");
  if (!server.trusted_proxies.empty())
    return pass(name, "plain HTTP behind server.trusted_proxies, which end TLS");
  return warn(name, "plain HTTP on " + server.host,
              "server.tls_certificate and server.tls_key, or a proxy named in "
              "server.trusted_proxies");
}

Finding check_limits(const Config& config) {
  constexpr CheckName name{"launch.rate_limits", "rate limits", "S199, S135, S136"};
  const auto& limits = config.limits;
  std::string off;
  if (limits.login_per_minute == 0) add_name(off, "limits.login_per_minute");
  if (limits.anonymous_per_15_minutes == 0) add_name(off, "limits.anonymous_per_15_minutes");
  if (limits.register_per_hour == 0) add_name(off, "limits.register_per_hour");
  if (!off.empty())
    return fault(name, off + ": no limit", "Passwords can be guessed without end; set them");
  return pass(name, fmt::format("{} log-ins a minute, {} calls without credentials in 15 minutes",
                                limits.login_per_minute, limits.anonymous_per_15_minutes));
}

Finding check_secrets(const Config& config) {
  constexpr CheckName name{"launch.secrets", "passwords", "S199"};
  std::string known;
  std::string weak;
  int judged = 0;
  for (const auto& secret : secrets_of(config)) {
    auto secrecy = checkup::judge_secret(secret.secret);
    judged += secrecy == Secrecy::none ? 0 : 1;
    if (secrecy == Secrecy::known) add_name(known, secret.name);
    bool is_missing = secrecy == Secrecy::none && secret.is_wanted;
    if (secrecy == Secrecy::short_ || is_missing) add_name(weak, secret.name);
  }
  if (!known.empty())
    return fault(name, known + ": everybody knows it", "Make one: openssl rand -base64 24");
  if (!weak.empty())
    return warn(name, weak + ": none, or shorter than 12 characters",
                "Make one: openssl rand -base64 24");
  return pass(name, judged == 0 ? std::string("none are configured")
                                : fmt::format("{} of the configuration, none is usual", judged));
}

Finding check_master_key(const Config& config, const fs::path& folder) {
  constexpr CheckName name{"launch.master_key", "master key", "S199"};
  if (!config.identity.master_key.empty())
    return pass(name, "identity.master_key; keep it in another place, too");
  auto file = folder / "master.key";
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return skip(name, "is made at the first start");
  if ((status.st_mode & 077) != 0)
    return fault(name, file.string() + " can be read by others", "chmod 600 " + file.string());
  return pass(name, file.string() + ", for its owner only; keep it in another place, too");
}

Finding check_sync(const Config& config) {
  constexpr CheckName name{"launch.sync", "durability", ""};
  if (!config.database.url.empty()) return pass(name, "the database server's");
  if (config.data.sync == "power") return pass(name, "writes survive the loss of power");
  return pass(name,
              "writes survive kill -9; data.sync = \"power\" has them survive the loss of "
              "power as well");
}

Finding check_log_level(const Config& config) {
  constexpr CheckName name{"launch.log", "log", "S163"};
  if (config.log.level == "debug")
    return warn(name, "log.level is debug", "info: a line a request is enough, and much less");
  return pass(name, config.log.level + ", " + config.log.format);
}

Finding check_sharing(const Config& config) {
  constexpr CheckName name{"launch.cache", "shared cache", "S199, S174"};
  if (config.cache.provider == "redis") return pass(name, "Redis, shared by all processes");
  if (config.database.url.empty()) return pass(name, "in this process, which is alone");
  return warn(name, "rows are shared, the cache is not",
              "cache.provider = \"redis\", or each process has its own rate limits and answers");
}

Finding check_chat_model(const Config& config) {
  constexpr CheckName name{"launch.chat_model", "chat model", ""};
  const auto& model = config.chat_model;
  if (model.provider == "none" && config.models.provider_names.empty())
    return warn(name, "none: answers are sentences of the documents",
                "[chat_model], or [models] with providers (docs/guides/models.md)");
  bool is_outside = model.base_url.starts_with("https://");
  if (model.provider != "none" && is_outside && model.api_key.empty())
    return fault(name, "chat_model.api_key is empty", "Give the provider's key");
  return pass(name, model.provider != "none" ? model.provider + ", " + model.model
                                             : "providers of [models]");
}

Finding judge_disk(double used, double free_gb) {
  constexpr CheckName name{"local.disk_use", "disk in use", "S149"};
  auto evidence = fmt::format("{:.0f} % used, {:.0f} GB free", used * 100, free_gb);
  constexpr const char* remedy = "A larger disk, objects in an S3 store, or shorter retention";
  if (used > 0.8) return fault(name, evidence, remedy);
  return used > 0.7 ? warn(name, evidence, remedy) : pass(name, evidence);
}

Finding judge_memory(double used, double total_gb) {
  constexpr CheckName name{"local.memory", "memory in use", "S147, S148"};
  auto evidence = fmt::format("{:.0f} % of {:.1f} GB", used * 100, total_gb);
  constexpr const char* remedy =
      "search.index_memory_mb, images.concurrency or documents.concurrency down, or more memory";
  if (used > 0.9) return fault(name, evidence, remedy);
  return used > 0.85 ? warn(name, evidence, remedy) : pass(name, evidence);
}

Finding judge_backups(std::optional<UnixMs> newest, UnixMs now) {
  constexpr CheckName name{"launch.backups", "backups", "S200"};
  constexpr const char* remedy =
      "aiva backup --to PLACE every night or every hour "
      "(docs/guides/backup.md)";
  if (!newest) return fault(name, "there is none", remedy);
  double hours = static_cast<double>(now - *newest) / 3'600'000;
  auto evidence = fmt::format("the newest is {:.1f} hours old", hours);
  if (hours > 24 * 8) return fault(name, evidence, remedy);
  return hours > 26 ? warn(name, evidence, remedy) : pass(name, evidence);
}

Finding judge_indexes(const std::vector<std::string>& names) {
  constexpr CheckName name{"launch.indexes", "indexes", "S199, S124 to S128"};
  std::string missing;
  for (const auto* wanted : wanted_indexes)
    if (std::ranges::find(names, wanted) == names.end()) add_name(missing, wanted);
  if (missing.empty())
    return pass(name, fmt::format("{}, those of the guide among them", names.size()));
  return fault(name, "missing: " + missing, "aiva migrate; somebody dropped them");
}

Finding judge_pool(std::int64_t pool_max, std::int64_t connections_max) {
  constexpr CheckName name{"launch.pool", "connection pool", "S199, S68 to S70"};
  auto evidence = fmt::format("{} a process, the server allows {}", pool_max, connections_max);
  if (pool_max + 5 > connections_max)
    return fault(name, evidence, "Raise max_connections above pool_max of all processes");
  if (pool_max * 3 > connections_max)
    return warn(name, evidence, "Three processes would take more: raise max_connections");
  return pass(name, evidence);
}

Finding judge_clock(int state) {
  constexpr CheckName name{"local.clock", "clock", ""};
  constexpr int unsynchronised = 5;  // TIME_ERROR
  if (state < 0) return skip(name, "the kernel does not say whether it is right");
  if (state == unsynchronised)
    return warn(name, "the kernel does not know that it is right",
                "Run chrony or systemd-timesyncd: tokens, leases and schedules go by it");
  return pass(name, "synchronised");
}

}  // namespace aiva::app
