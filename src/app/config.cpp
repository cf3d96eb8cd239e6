#include "app/config.h"

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <set>
#include <sstream>

#include "capabilities/models/known_providers.h"

namespace aiva::app {
namespace {

constexpr std::size_t worker_name_bytes_max = 100;

std::string environment_name(std::string_view path) {
  std::string name = "AIVA_";
  for (char c : path) name += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return name;
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> items;
  std::stringstream stream(text);
  for (std::string item; std::getline(stream, item, ',');)
    if (!item.empty()) items.push_back(item);
  return items;
}

// Writes settings from the two sources and remembers mistakes and the keys it knows.
class Binder {
 public:
  Binder(const toml::table& table, const Environment& environment)
      : table_(table), environment_(environment) {}

  void text(std::string_view path, std::string& value,
            std::initializer_list<std::string_view> allowed = {}) {
    auto node = find(path);
    if (node && !node.is_string()) return complain(path, "must be a string");
    if (node) value = node.value_or(std::string());
    if (auto given = environment_(environment_name(path))) value = *given;
    if (allowed.size() > 0 && std::ranges::find(allowed, value) == allowed.end())
      complain(path, "has no such choice: " + value);
  }

  // A text that may be "env:NAME": what the environment variable of that name holds.
  void secret(std::string_view path, std::string& value) {
    constexpr std::string_view reference = "env:";
    text(path, value);
    if (!value.starts_with(reference)) return;
    auto name = value.substr(reference.size());
    auto given = environment_(name);
    if (!given) return complain(path, "names an environment variable that is not set: " + name);
    value = *given;
  }

  void integer(std::string_view path, std::int64_t& value, std::int64_t min, std::int64_t max) {
    auto node = find(path);
    if (node && !node.is_integer()) return complain(path, "must be an integer");
    if (node) value = node.value_or(std::int64_t{0});
    if (auto given = environment_(environment_name(path))) {
      auto end = std::from_chars(given->data(), given->data() + given->size(), value);
      if (end.ec != std::errc() || end.ptr != given->data() + given->size())
        return complain(path, "must be an integer");
    }
    if (value < min || value > max)
      complain(path, "must be between " + std::to_string(min) + " and " + std::to_string(max));
  }

  void number(std::string_view path, double& value, double min, double max) {
    auto node = find(path);
    if (node && !node.is_number()) return complain(path, "must be a number");
    if (node) value = node.value_or(0.0);
    if (auto given = environment_(environment_name(path))) {
      auto end = std::from_chars(given->data(), given->data() + given->size(), value);
      if (end.ec != std::errc() || end.ptr != given->data() + given->size())
        return complain(path, "must be a number");
    }
    if (value >= min && value <= max) return;
    std::ostringstream range;
    range << "must be between " << min << " and " << max;
    complain(path, range.str());
  }

  void boolean(std::string_view path, bool& value) {
    auto node = find(path);
    if (node && !node.is_boolean()) return complain(path, "must be true or false");
    if (node) value = node.value_or(false);
    auto given = environment_(environment_name(path));
    if (!given) return;
    if (*given != "true" && *given != "false") return complain(path, "must be true or false");
    value = *given == "true";
  }

  void list(std::string_view path, std::vector<std::string>& value) {
    auto node = find(path);
    if (const auto* array = node.as_array()) {
      value.clear();
      for (const auto& item : *array) {
        if (!item.is_string()) return complain(path, "must be a list of strings");
        value.push_back(item.value_or(std::string()));
      }
    } else if (node) {
      return complain(path, "must be a list of strings");
    }
    if (auto given = environment_(environment_name(path))) value = split_list(*given);
  }

  Result<void> finish() {
    for (const auto& [section, content] : table_) {
      std::string name(section.str());
      const auto* keys = content.as_table();
      if (keys == nullptr) {
        complain(name, "is not a section");
        continue;
      }
      refuse_unknown(name, *keys);
    }
    if (mistakes_.empty()) return {};
    Error error{.code = ErrorCode::invalid, .message = "The configuration is not valid"};
    error.details = std::move(mistakes_);
    return fail(std::move(error));
  }

  void complain(std::string_view path, std::string message) {
    mistakes_.push_back({std::string(path), std::move(message)});
  }

 private:
  void refuse_unknown(const std::string& name, const toml::table& keys) {
    for (const auto& [key, value] : keys) {
      auto path = name + "." + std::string(key.str());
      if (known_.contains(path)) continue;
      const auto* inner = value.as_table();
      if (inner != nullptr && !inner->empty())
        refuse_unknown(path, *inner);
      else if (!known_tables_.contains(path))
        complain(path, "is not a setting");
    }
  }
  toml::node_view<const toml::node> find(std::string_view path) {
    known_.emplace(path);
    known_tables_.emplace(path.substr(0, path.rfind('.')));
    return table_.at_path(path);
  }

  const toml::table& table_;
  const Environment& environment_;
  std::set<std::string> known_;
  std::set<std::string> known_tables_;
  std::vector<FieldError> mistakes_;
};

constexpr std::int64_t gigabyte = 1024LL * 1024 * 1024;

void bind_server(Binder& binder, Config::Server& server) {
  binder.text("server.role", server.role, {"all", "api", "worker", "bridge"});
  binder.text("server.host", server.host);
  binder.integer("server.port", server.port, 0, 65535);
  binder.integer("server.threads", server.threads, 0, 1024);
  binder.text("server.tls_certificate", server.tls_certificate);
  binder.text("server.tls_key", server.tls_key);
  binder.list("server.trusted_proxies", server.trusted_proxies);
  binder.list("server.cors_origins", server.cors_origins);
  binder.text("server.public_url", server.public_url);
  binder.text("server.advertised_url", server.advertised_url);
  if (const auto& url = server.advertised_url;
      !url.empty() && !url.starts_with("http://") && !url.starts_with("https://"))
    binder.complain("server.advertised_url", "must begin with http:// or https://");
  binder.text("server.console", server.console);
  binder.integer("server.connections_max", server.connections_max, 1, 1'000'000);
  binder.integer("server.connections_per_ip_max", server.connections_per_ip_max, 1, 1'000'000);
  binder.boolean("server.access_log", server.access_log);
  binder.integer("server.request_timeout_s", server.request_timeout_s, 1, 3600);
  binder.integer("server.drain_delay_s", server.drain_delay_s, 0, 600);
  binder.integer("server.drain_timeout_s", server.drain_timeout_s, 0, 3600);
}

void bind_provider(Binder& binder, models::ProviderSettings& provider) {
  auto path = [&provider](const char* key) {
    return "model_providers." + provider.name + "." + key;
  };
  std::string dialect = provider.dialect == models::Dialect::anthropic ? "anthropic" : "openai";
  binder.text(path("dialect"), dialect, {"openai", "anthropic"});
  if (dialect == "anthropic") provider.dialect = models::Dialect::anthropic;
  if (dialect == "openai") provider.dialect = models::Dialect::openai;
  binder.text(path("base_url"), provider.base_url);
  binder.secret(path("api_key"), provider.api_key);
  binder.boolean(path("needs_key"), provider.needs_key);
  binder.list(path("prefixes"), provider.prefixes);
  binder.text(path("default_model"), provider.default_model);
  binder.integer(path("requests_per_minute"), provider.limits.requests_per_minute, 0, 10'000'000);
  binder.integer(path("tokens_per_minute"), provider.limits.tokens_per_minute, 0, 10'000'000'000);
  binder.integer(path("concurrency"), provider.limits.concurrency_max, 0, 1'000'000);
  binder.text(path("api_version"), provider.quirks.api_version);
  binder.boolean(path("has_key_header"), provider.quirks.has_key_header);
  binder.text(path("tokens_field"), provider.quirks.tokens_field,
              {"", "max_tokens", "max_completion_tokens"});
  binder.boolean(path("has_stream_options"), provider.quirks.has_stream_options);
  binder.boolean(path("has_schemas"), provider.quirks.has_schemas);
  binder.boolean(path("has_short_call_ids"), provider.quirks.has_short_call_ids);
}

void bind_models(Binder& binder, Config::Models& models) {
  constexpr std::string_view name_letters = "abcdefghijklmnopqrstuvwxyz0123456789_-";
  binder.list("models.providers", models.provider_names);
  for (const auto& name : models.provider_names) {
    if (name.empty() || name.find_first_not_of(name_letters) != std::string::npos) {
      binder.complain("models.providers", "must be names of [a-z0-9_-]: " + name);
      continue;
    }
    models.providers.push_back(models::known_provider(name));
    bind_provider(binder, models.providers.back());
  }
  binder.text("models.default_model", models.default_model);
  binder.list("models.fall_back", models.fall_back);
  binder.integer("models.first_token_timeout_ms", models.first_token_timeout_ms, 100, 600'000);
  binder.integer("models.queue_timeout_ms", models.queue_timeout_ms, 0, 600'000);
  binder.integer("models.connections_max", models.connections_max, 1, 1'000'000);
  binder.integer("models.waiting_max", models.waiting_max, 0, 1'000'000);
  binder.integer("models.waiting_per_tenant_max", models.waiting_per_tenant_max, 0, 1'000'000);
  binder.list("models.tenant_weights", models.tenant_weights);
  binder.integer("models.breaker_failures", models.breaker_failures, 1, 1000);
  binder.integer("models.breaker_rest_s", models.breaker_rest_s, 1, 3600);
}

void bind_moderation(Binder& binder, Config::Moderation& moderation) {
  binder.text("moderation.base_url", moderation.base_url);
  binder.secret("moderation.api_key", moderation.api_key);
  binder.text("moderation.model", moderation.model);
  binder.boolean("moderation.required", moderation.required);
  binder.boolean("moderation.answers", moderation.answers);
  binder.text("moderation.on_failure", moderation.on_failure, {"allow", "block"});
  binder.integer("moderation.timeout_ms", moderation.timeout_ms, 100, 30'000);
  if (moderation.required && moderation.base_url.empty())
    binder.complain("moderation.base_url", "is needed where moderation is required");
}

void bind_ari(Binder& binder, Config::Ari& ari) {
  binder.text("ari.url", ari.url);
  binder.text("ari.user", ari.user);
  binder.secret("ari.password", ari.password);
  binder.text("ari.app", ari.app);
  binder.secret("ari.incoming_password", ari.incoming_password);
  binder.text("ari.media", ari.media, {"audiosocket", "websocket", "rtp"});
  binder.text("ari.media_address", ari.media_address);
  binder.text("ari.media_client", ari.media_client);
  binder.text("ari.media_format", ari.media_format,
              {"ulaw", "alaw", "slin", "slin12", "slin16", "slin24", "slin32", "slin48"});
  binder.text("ari.endpoint", ari.endpoint);
  binder.text("ari.caller_id", ari.caller_id);
  binder.text("ari.transfer", ari.transfer, {"blind", "attended"});
  binder.text("ari.transfer_context", ari.transfer_context);
  binder.integer("ari.transfer_ring_s", ari.transfer_ring_s, 5, 120);
  binder.text("ari.refused", ari.refused, {"continue", "hangup"});
}

void bind_shopify(Binder& binder, Config::Shopify& shopify) {
  binder.text("shopify.client_id", shopify.client_id);
  binder.secret("shopify.client_secret", shopify.client_secret);
  binder.text("shopify.api_version", shopify.api_version);
  binder.text("shopify.base_address", shopify.base_address);
  binder.boolean("shopify.allow_private_hosts", shopify.allow_private_hosts);
  binder.boolean("shopify.scheduled", shopify.scheduled);
  binder.integer("shopify.products_max", shopify.products_max, 1, 10'000'000);
  binder.integer("shopify.images_per_product_max", shopify.images_per_product_max, 0, 250);
  binder.integer("shopify.pictures_at_once", shopify.pictures_at_once, 1, 64);
  binder.integer("shopify.events_days", shopify.events_days, 1, 365);
  binder.integer("shopify.deleted_days", shopify.deleted_days, 1, 3650);
  binder.integer("shopify.syncs_days", shopify.syncs_days, 1, 3650);
  if (shopify.client_id.empty() != shopify.client_secret.empty())
    binder.complain("shopify.client_secret", "goes together with shopify.client_id");
}

void bind_database(Binder& binder, Config::Database& database) {
  binder.secret("database.url", database.url);
  binder.secret("database.password", database.password);
  binder.list("database.replicas", database.replicas);
  binder.text("database.tls", database.tls, {"off", "required", "verified"});
  binder.text("database.ca_file", database.ca_file);
  binder.integer("database.pool_min", database.pool_min, 1, 1000);
  binder.integer("database.pool_max", database.pool_max, 1, 1000);
  binder.integer("database.acquire_timeout_ms", database.acquire_timeout_ms, 100, 600'000);
  binder.integer("database.connect_timeout_ms", database.connect_timeout_ms, 100, 60'000);
  binder.integer("database.slow_query_ms", database.slow_query_ms, 1, 600'000);
  binder.integer("database.replica_lag_max_ms", database.replica_lag_max_ms, 1, 600'000);
  if (database.pool_max < database.pool_min)
    binder.complain("database.pool_max", "must be at least database.pool_min");
  if (database.url.empty() && !database.replicas.empty())
    binder.complain("database.replicas", "goes together with database.url");
}

void bind_objects(Binder& binder, Config::Objects& objects) {
  binder.text("objects.store", objects.store, {"folder", "s3"});
  binder.text("objects.url", objects.url);
  binder.text("objects.bucket", objects.bucket);
  binder.text("objects.region", objects.region);
  binder.secret("objects.access_key", objects.access_key);
  binder.secret("objects.secret_key", objects.secret_key);
  binder.secret("objects.session_token", objects.session_token);
  binder.text("objects.credentials_file", objects.credentials_file);
  binder.text("objects.prefix", objects.prefix);
  binder.boolean("objects.path_style", objects.path_style);
  binder.text("objects.encryption", objects.encryption, {"none", "s3", "kms", "sealed"});
  binder.text("objects.kms_key", objects.kms_key);
  binder.integer("objects.cache_mb", objects.cache_mb, 16, 100'000'000);
  binder.text("objects.ca_file", objects.ca_file);
  bool has_keys = !objects.access_key.empty() && !objects.secret_key.empty();
  if (objects.store == "s3" && has_keys != objects.credentials_file.empty())
    binder.complain("objects.secret_key",
                    "and objects.access_key, or objects.credentials_file, must be given");
}

void bind_telemetry(Binder& binder, Config::Telemetry& telemetry) {
  binder.text("telemetry.otlp_url", telemetry.otlp_url);
  binder.list("telemetry.otlp_headers", telemetry.otlp_headers);
  binder.text("telemetry.otlp_ca_file", telemetry.otlp_ca_file);
  binder.text("telemetry.service_name", telemetry.service_name);
  binder.number("telemetry.sample_ratio", telemetry.sample_ratio, 0, 1);
  binder.integer("telemetry.slow_ms", telemetry.slow_ms, 0, 3'600'000);
  if (const auto& url = telemetry.otlp_url;
      !url.empty() && !url.starts_with("http://") && !url.starts_with("https://"))
    binder.complain("telemetry.otlp_url", "must begin with http:// or https://");
}

void bind_rest(Binder& binder, Config& config) {
  bind_database(binder, config.database);
  binder.text("data.folder", config.data.folder);
  binder.text("data.sync", config.data.sync, {"process", "power"});
  binder.integer("data.reader_threads", config.data.reader_threads, 1, 64);
  binder.text("cache.provider", config.cache.provider, {"memory", "redis"});
  binder.text("cache.url", config.cache.url);
  binder.text("cache.ca_file", config.cache.ca_file);
  binder.text("cache.key_prefix", config.cache.key_prefix);
  binder.integer("cache.timeout_ms", config.cache.timeout_ms, 5, 10'000);
  binder.integer("cache.connect_timeout_ms", config.cache.connect_timeout_ms, 50, 60'000);
  binder.integer("cache.connections_max", config.cache.connections_max, 1, 64);
  bind_objects(binder, config.objects);
  binder.text("log.level", config.log.level, {"debug", "info", "warn", "error"});
  binder.text("log.format", config.log.format, {"auto", "json", "text"});
  bind_telemetry(binder, config.telemetry);
  binder.integer("limits.anonymous_per_15_minutes", config.limits.anonymous_per_15_minutes, 0,
                 1'000'000'000);
  binder.integer("limits.login_per_minute", config.limits.login_per_minute, 0, 1'000'000'000);
  binder.integer("limits.register_per_hour", config.limits.register_per_hour, 0, 1'000'000'000);
  binder.integer("limits.principal_per_minute", config.limits.principal_per_minute, 0,
                 1'000'000'000);
  binder.integer("limits.document_bytes_max", config.limits.document_bytes_max, 1, 10 * gigabyte);
  binder.integer("limits.json_bytes_max", config.limits.json_bytes_max, 1024, gigabyte);
  binder.integer("identity.token_hours", config.identity.token_hours, 1, 24 * 365);
  binder.integer("identity.refresh_days", config.identity.refresh_days, 1, 3650);
  binder.integer("identity.bcrypt_cost", config.identity.bcrypt_cost, 10, 14);
  binder.integer("identity.bcrypt_threads", config.identity.bcrypt_threads, 0, 256);
  binder.text("identity.master_key", config.identity.master_key);
  binder.boolean("billing.enforced", config.billing.enforced);
  binder.integer("billing.margin_percent", config.billing.margin_percent, 0, 1000);
  binder.text("embedder.provider", config.embedder.provider, {"packaged", "openai", "none"});
  binder.text("embedder.base_url", config.embedder.base_url);
  binder.text("embedder.api_key", config.embedder.api_key);
  binder.text("embedder.model", config.embedder.model);
  binder.integer("embedder.dimension", config.embedder.dimension, 8, 8192);
  binder.integer("embedder.requests_per_minute", config.embedder.requests_per_minute, 0,
                 10'000'000);
  binder.integer("embedder.tokens_per_minute", config.embedder.tokens_per_minute, 0,
                 10'000'000'000);
  binder.text("embedder.precision", config.embedder.precision, {"auto", "float32", "int8"});
  binder.integer("embedder.threads", config.embedder.threads, 0, 256);
  binder.text("chat_model.provider", config.chat_model.provider, {"none", "openai", "anthropic"});
  binder.text("chat_model.base_url", config.chat_model.base_url);
  binder.secret("chat_model.api_key", config.chat_model.api_key);
  binder.text("chat_model.model", config.chat_model.model);
  binder.integer("chat.retention_days", config.chat.retention_days, 0, 36'500);
  binder.text("voice.provider", config.voice.provider, {"packaged", "none"});
  binder.text("voice.packaged_voice", config.voice.packaged_voice, {"slt", "rms", "awb", "kal16"});
  binder.text("voice.recognizer", config.voice.recognizer, {"packaged", "deepgram"});
  binder.text("voice.synthesizer", config.voice.synthesizer, {"packaged", "deepgram"});
  binder.secret("voice.deepgram_key", config.voice.deepgram_key);
  binder.text("voice.deepgram_model", config.voice.deepgram_model);
  binder.text("voice.deepgram_voice", config.voice.deepgram_voice);
  binder.text("voice.deepgram_mode", config.voice.deepgram_mode, {"http", "v1", "flux", "agent"});
  binder.text("voice.deepgram_fallback", config.voice.deepgram_fallback, {"packaged", "http"});
  binder.text("voice.deepgram_think_model", config.voice.deepgram_think_model);
  binder.text("voice.deepgram_url", config.voice.deepgram_url);
  binder.text("voice.deepgram_agent_url", config.voice.deepgram_agent_url);
  binder.integer("voice.recognizer_threads", config.voice.recognizer_threads, 1, 256);
  binder.integer("voice.calls_max", config.voice.calls_max, 0, 100'000);
  binder.integer("voice.duration_max_s", config.voice.duration_max_s, 10, 86'400);
  binder.integer("voice.media_silence_max_s", config.voice.media_silence_max_s, 2, 3600);
  binder.integer("voice.recordings_days", config.voice.recordings_days, 0, 36'500);
  binder.integer("voice.calls_days", config.voice.calls_days, 0, 36'500);
  binder.text("voice.realtime_url", config.voice.realtime_url);
  binder.secret("voice.realtime_key", config.voice.realtime_key);
  binder.text("voice.realtime_model", config.voice.realtime_model);
  binder.text("voice.realtime_transcription_model", config.voice.realtime_transcription_model);
  binder.integer("voice.realtime_warm_sockets", config.voice.realtime_warm_sockets, 0, 100);
  binder.integer("voice.realtime_threads", config.voice.realtime_threads, 1, 64);
  binder.text("audiosocket.host", config.audiosocket.host);
  binder.integer("audiosocket.port", config.audiosocket.port, -1, 65'535);
  binder.list("audiosocket.agent_ports", config.audiosocket.agent_ports);
  binder.list("audiosocket.allowed", config.audiosocket.allowed);
  binder.integer("audiosocket.threads", config.audiosocket.threads, 1, 256);
  binder.text("campaigns.dialler_url", config.campaigns.dialler_url);
  binder.secret("campaigns.dialler_secret", config.campaigns.dialler_secret);
  binder.integer("campaigns.dials_max", config.campaigns.dials_max, 1, 100'000);
  if (const auto& url = config.campaigns.dialler_url;
      !url.empty() && !url.starts_with("http://") && !url.starts_with("https://"))
    binder.complain("campaigns.dialler_url", "must begin with http:// or https://");
  binder.text("rtp.host", config.rtp.host);
  binder.text("rtp.public_host", config.rtp.public_host);
  binder.text("rtp.ports", config.rtp.ports);
  binder.integer("rtp.waiting_s", config.rtp.waiting_s, 1, 3600);
  binder.integer("rtp.bridge_port", config.rtp.bridge_port, -1, 65'535);
  binder.text("rtp.bridge_redis", config.rtp.bridge_redis);
  binder.integer("rtp.bridge_read_ms", config.rtp.bridge_read_ms, 0, 10'000);
  binder.integer("rtp.bridge_greeting_ms", config.rtp.bridge_greeting_ms, 0, 10'000);
  binder.list("rtp.allowed", config.rtp.allowed);
  binder.boolean("rtp.sends_silence", config.rtp.sends_silence);
  binder.boolean("rtp.detects_tones", config.rtp.detects_tones);
  binder.integer("rtp.threads", config.rtp.threads, 1, 256);
  bind_ari(binder, config.ari);
  binder.integer("worker.concurrency", config.worker.concurrency, 0, 256);
  binder.integer("worker.lease_s", config.worker.lease_s, 5, 3600);
  binder.text("worker.name", config.worker.name);
  // Leases of "a/…" end when the process "a" starts; nobody else's name may begin like that.
  if (config.worker.name.contains('/') || config.worker.name.size() > worker_name_bytes_max)
    binder.complain("worker.name", "must have at most 100 bytes and no slash");
  binder.integer("worker.waiting_per_tenant_max", config.worker.waiting_per_tenant_max, 0,
                 100'000'000);
  binder.integer("documents.concurrency", config.documents.concurrency, 1, 256);
  binder.integer("documents.timeout_s", config.documents.timeout_s, 1, 86400);
  binder.list("documents.ocr_languages", config.documents.ocr_languages);
  binder.text("documents.ocr_data", config.documents.ocr_data);
  binder.integer("documents.ocr_concurrency", config.documents.ocr_concurrency, 1, 64);
  binder.text("search.vector_index", config.search.vector_index, {"segments", "redis"});
  binder.integer("search.index_memory_mb", config.search.index_memory_mb, 16, 1'000'000);
  binder.integer("search.cache_s", config.search.cache_s, 0, 604'800);
  binder.integer("search.history_days", config.search.history_days, 0, 36'500);
  binder.text("search.reranker", config.search.reranker);
  binder.integer("search.rerank_candidates", config.search.rerank_candidates, 1, 100);
  binder.integer("search.rerank_timeout_ms", config.search.rerank_timeout_ms, 10, 60'000);
  binder.text("search.synonyms", config.search.synonyms);
  binder.boolean("search.expand_queries", config.search.expand_queries);
  binder.integer("search.expand_timeout_ms", config.search.expand_timeout_ms, 10, 60'000);
  binder.text("documents.legacy_converter", config.documents.legacy_converter,
              {"auto", "libreoffice", "catdoc", "none", ""});
  binder.text("documents.legacy_converter_folder", config.documents.legacy_converter_folder);
  binder.text("images.model", config.images.model);
  binder.integer("images.concurrency", config.images.concurrency, 1, 10);
  binder.integer("images.answer_similarity_percent", config.images.answer_similarity_percent, 0,
                 100);
  binder.text("images.execution_provider", config.images.execution_provider,
              {"auto", "cpu", "cuda"});
  binder.boolean("crawl.allow_private_hosts", config.crawl.allow_private_hosts);
  binder.integer("crawl.delay_ms", config.crawl.delay_ms, 0, 60'000);
  binder.text("crawl.user_agent", config.crawl.user_agent);
  bind_moderation(binder, config.moderation);
  binder.boolean("webhooks.allow_private_hosts", config.webhooks.allow_private_hosts);
  binder.integer("webhooks.concurrency", config.webhooks.concurrency, 1, 256);
  binder.integer("webhooks.keep_days", config.webhooks.keep_days, 1, 3650);
  binder.boolean("functions.allow_private_hosts", config.functions.allow_private_hosts);
  binder.list("functions.private_hosts", config.functions.private_hosts);
  binder.integer("functions.call_log_days", config.functions.call_log_days, 0, 3650);
  bind_shopify(binder, config.shopify);
  binder.text("native.folder", config.native.folder);
  binder.text("native.onnxruntime", config.native.onnxruntime);
  binder.text("native.pdfium", config.native.pdfium);
  binder.text("native.token_ranks", config.native.token_ranks);
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
}

Result<Config> read_config(std::string_view toml_text, const Environment& environment) {
  toml::table table;
  try {
    table = toml::parse(toml_text);
  } catch (const toml::parse_error& error) {
    std::ostringstream place;
    place << error.source().begin;
    return fail(ErrorCode::invalid, "The configuration is not TOML: " +
                                        std::string(error.description()) + " at " + place.str());
  }
  Config config;
  Binder binder(table, environment);
  bind_server(binder, config.server);
  bind_rest(binder, config);
  bind_models(binder, config.models);
  TRY_VOID(binder.finish());
  if (config.server.tls_certificate.empty() != config.server.tls_key.empty())
    return fail(invalid_field("server.tls_key", "goes together with server.tls_certificate"));
  return config;
}

Result<Config> load_config(const std::filesystem::path& file, const Environment& environment) {
  if (file.empty()) return read_config("", environment);
  std::error_code error;
  std::ifstream input(file);
  // A folder can be opened, and reads as if it were empty.
  if (!input || std::filesystem::is_directory(file, error))
    return fail(ErrorCode::not_found, "Cannot read the configuration " + file.string());
  std::ostringstream text;
  text << input.rdbuf();
  return read_config(text.str(), environment);
}

}  // namespace aiva::app
