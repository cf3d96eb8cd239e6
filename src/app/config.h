#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/models/types.h"
#include "foundation/result.h"

namespace aiva::app {

// Every setting; names and defaults are those of config/aiva.toml, which a test holds equal.
struct Config {
  struct Server {
    std::string role = "all";
    std::string host = "127.0.0.1";
    std::int64_t port = 62001;
    std::int64_t threads = 0;
    std::string tls_certificate;
    std::string tls_key;
    std::vector<std::string> trusted_proxies;
    std::vector<std::string> cors_origins;
    std::string public_url;
    std::string advertised_url;
    std::string console;
    std::int64_t connections_max = 10000;
    std::int64_t connections_per_ip_max = 10000;
    bool access_log = true;
    std::int64_t request_timeout_s = 60;
    std::int64_t drain_delay_s = 0;
    std::int64_t drain_timeout_s = 20;
    auto operator<=>(const Server&) const = default;
  } server;
  struct Data {
    std::string folder = "data";
    std::string sync = "process";
    std::int64_t reader_threads = 2;
    auto operator<=>(const Data&) const = default;
  } data;
  struct Database {
    std::string url;
    std::string password;
    std::vector<std::string> replicas;
    std::string tls = "off";
    std::string ca_file;
    std::int64_t pool_min = 5;
    std::int64_t pool_max = 20;
    std::int64_t acquire_timeout_ms = 10000;
    std::int64_t connect_timeout_ms = 2000;
    std::int64_t slow_query_ms = 200;
    std::int64_t replica_lag_max_ms = 1000;
    auto operator<=>(const Database&) const = default;
  } database;
  struct Cache {
    std::string provider = "memory";
    std::string url = "redis://127.0.0.1:6379/0";
    std::string ca_file;
    std::string key_prefix = "aiva:";
    std::int64_t timeout_ms = 250;
    std::int64_t connect_timeout_ms = 2000;
    std::int64_t connections_max = 4;
    auto operator<=>(const Cache&) const = default;
  } cache;
  struct Objects {
    std::string store = "folder";
    std::string url = "https://s3.us-east-1.amazonaws.com";
    std::string bucket;
    std::string region = "us-east-1";
    std::string access_key;
    std::string secret_key;
    std::string session_token;
    std::string credentials_file;
    std::string prefix;
    bool path_style = true;
    std::string encryption = "none";
    std::string kms_key;
    std::int64_t cache_mb = 4096;
    std::string ca_file;
    auto operator<=>(const Objects&) const = default;
  } objects;
  struct Log {
    std::string level = "info";
    std::string format = "auto";
    auto operator<=>(const Log&) const = default;
  } log;
  struct Telemetry {
    std::string otlp_url;
    std::vector<std::string> otlp_headers;
    std::string otlp_ca_file;
    std::string service_name = "aiva";
    double sample_ratio = 0.05;
    std::int64_t slow_ms = 2000;
    auto operator<=>(const Telemetry&) const = default;
  } telemetry;
  struct Limits {
    std::int64_t anonymous_per_15_minutes = 100;
    std::int64_t login_per_minute = 5;
    std::int64_t register_per_hour = 3;
    std::int64_t principal_per_minute = 0;
    std::int64_t document_bytes_max = 104857600;
    std::int64_t json_bytes_max = 10485760;
    auto operator<=>(const Limits&) const = default;
  } limits;
  struct Identity {
    std::int64_t token_hours = 24;
    std::int64_t refresh_days = 30;
    std::int64_t bcrypt_cost = 10;
    std::int64_t bcrypt_threads = 0;
    std::string master_key;
    auto operator<=>(const Identity&) const = default;
  } identity;
  struct Billing {
    bool enforced = false;
    std::int64_t margin_percent = 20;
    auto operator<=>(const Billing&) const = default;
  } billing;
  struct Embedder {
    std::string provider = "packaged";
    std::string base_url = "https://api.openai.com/v1";
    std::string api_key;
    std::string model = "text-embedding-3-small";
    std::int64_t dimension = 1536;
    std::int64_t requests_per_minute = 0;
    std::int64_t tokens_per_minute = 0;
    std::string precision = "auto";
    std::int64_t threads = 0;
    auto operator<=>(const Embedder&) const = default;
  } embedder;
  struct ChatModel {
    std::string provider = "none";
    std::string base_url = "https://api.openai.com/v1";
    std::string api_key;
    std::string model = "gpt-4o-mini";
    auto operator<=>(const ChatModel&) const = default;
  } chat_model;
  struct Models {
    std::vector<std::string> provider_names;
    std::vector<models::ProviderSettings> providers;  // of those names, from [model_providers.NAME]
    std::string default_model;
    std::vector<std::string> fall_back;
    std::int64_t first_token_timeout_ms = 20000;
    std::int64_t queue_timeout_ms = 30000;
    std::int64_t connections_max = 10000;
    std::int64_t waiting_max = 10000;
    std::int64_t waiting_per_tenant_max = 1000;
    std::vector<std::string> tenant_weights;
    std::int64_t breaker_failures = 5;
    std::int64_t breaker_rest_s = 30;
    auto operator<=>(const Models&) const = default;
  } models;
  struct Chat {
    std::int64_t retention_days = 0;
    auto operator<=>(const Chat&) const = default;
  } chat;
  struct Voice {
    std::string provider = "packaged";
    std::string packaged_voice = "slt";
    std::string recognizer = "packaged";
    std::string synthesizer = "packaged";
    std::string deepgram_key;
    std::string deepgram_model = "nova-3";
    std::string deepgram_voice = "aura-2-thalia-en";
    std::string deepgram_mode = "http";
    std::string deepgram_fallback = "packaged";
    std::string deepgram_think_model = "gpt-4o-mini";
    std::string deepgram_url = "https://api.deepgram.com";
    std::string deepgram_agent_url = "wss://agent.deepgram.com";
    std::int64_t recognizer_threads = 1;
    std::int64_t calls_max = 2000;
    std::int64_t duration_max_s = 1800;
    std::int64_t media_silence_max_s = 30;
    std::int64_t recordings_days = 90;
    std::int64_t calls_days = 0;
    std::string realtime_url = "https://api.openai.com/v1";
    std::string realtime_key;
    std::string realtime_model = "gpt-realtime";
    std::string realtime_transcription_model = "gpt-4o-mini-transcribe";
    std::int64_t realtime_warm_sockets = 0;
    std::int64_t realtime_threads = 1;
    auto operator<=>(const Voice&) const = default;
  } voice;

  struct AudioSocket {
    std::string host = "127.0.0.1";
    std::int64_t port = -1;
    std::vector<std::string> agent_ports;
    std::vector<std::string> allowed;
    std::int64_t threads = 1;
    auto operator<=>(const AudioSocket&) const = default;
  } audiosocket;

  struct Campaigns {
    std::string dialler_url;
    std::string dialler_secret;
    std::int64_t dials_max = 500;
    auto operator<=>(const Campaigns&) const = default;
  } campaigns;

  struct Rtp {
    std::string host = "127.0.0.1";
    std::string public_host;
    std::string ports;
    std::int64_t waiting_s = 60;
    std::int64_t bridge_port = -1;
    std::string bridge_redis;
    std::int64_t bridge_read_ms = 700;
    std::int64_t bridge_greeting_ms = 500;
    std::vector<std::string> allowed;
    bool sends_silence = true;
    bool detects_tones = false;
    std::int64_t threads = 1;
    auto operator<=>(const Rtp&) const = default;
  } rtp;

  struct Ari {
    std::string url;
    std::string user = "aiva";
    std::string password;
    std::string app = "aiva";
    std::string incoming_password;
    std::string media = "audiosocket";
    std::string media_address;
    std::string media_client = "aiva";
    std::string media_format = "ulaw";
    std::string endpoint;
    std::string caller_id;
    std::string transfer = "blind";
    std::string transfer_context;
    std::int64_t transfer_ring_s = 30;
    std::string refused = "continue";
    auto operator<=>(const Ari&) const = default;
  } ari;

  struct Worker {
    std::int64_t concurrency = 1;
    std::int64_t lease_s = 60;
    std::string name;
    std::int64_t waiting_per_tenant_max = 100000;
    auto operator<=>(const Worker&) const = default;
  } worker;
  struct Documents {
    std::int64_t concurrency = 2;
    std::int64_t timeout_s = 300;
    std::vector<std::string> ocr_languages = {"eng"};
    std::string ocr_data = "/usr/share/tesseract-ocr/5/tessdata";
    std::int64_t ocr_concurrency = 1;
    std::string legacy_converter = "auto";
    std::string legacy_converter_folder;
    auto operator<=>(const Documents&) const = default;
  } documents;
  struct Search {
    std::string vector_index = "segments";
    std::int64_t index_memory_mb = 2048;
    std::int64_t cache_s = 3600;
    std::int64_t history_days = 365;
    std::string reranker = "none";
    std::int64_t rerank_candidates = 30;
    std::int64_t rerank_timeout_ms = 1500;
    std::string synonyms;
    bool expand_queries = false;
    std::int64_t expand_timeout_ms = 2000;
    auto operator<=>(const Search&) const = default;
  } search;
  struct Images {
    std::string model = "packaged";
    std::int64_t concurrency = 1;
    std::string execution_provider = "auto";
    std::int64_t answer_similarity_percent = 43;
    auto operator<=>(const Images&) const = default;
  } images;
  struct Crawl {
    bool allow_private_hosts = false;
    std::int64_t delay_ms = 500;
    std::string user_agent = "AIVA/0.1 (document reader)";
    auto operator<=>(const Crawl&) const = default;
  } crawl;
  struct Webhooks {
    bool allow_private_hosts = false;
    std::int64_t concurrency = 16;
    std::int64_t keep_days = 30;
    auto operator<=>(const Webhooks&) const = default;
  } webhooks;
  struct Moderation {
    std::string base_url;
    std::string api_key;
    std::string model = "omni-moderation-latest";
    bool required = false;
    bool answers = false;
    std::string on_failure = "allow";
    std::int64_t timeout_ms = 3000;
    auto operator<=>(const Moderation&) const = default;
  } moderation;
  struct Functions {
    bool allow_private_hosts = false;
    std::vector<std::string> private_hosts;
    std::int64_t call_log_days = 90;
    auto operator<=>(const Functions&) const = default;
  } functions;
  struct Shopify {
    std::string client_id;
    std::string client_secret;
    std::string api_version = "2026-07";
    std::string base_address;
    bool allow_private_hosts = false;
    bool scheduled = true;
    std::int64_t products_max = 500'000;
    std::int64_t images_per_product_max = 10;
    std::int64_t pictures_at_once = 8;
    std::int64_t events_days = 7;
    std::int64_t deleted_days = 30;
    std::int64_t syncs_days = 90;
    auto operator<=>(const Shopify&) const = default;
  } shopify;
  struct Native {
    std::string folder;
    std::string onnxruntime;
    std::string pdfium;
    std::string token_ranks;
    auto operator<=>(const Native&) const = default;
  } native;

  auto operator<=>(const Config&) const = default;
};

// The value of an environment variable, or nothing.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// The environment of this process.
Environment process_environment();

// Defaults, overridden by TOML text, overridden by AIVA_SECTION_KEY variables. Fails with `invalid`
// and one detail for each unknown key, wrong type or value out of range.
Result<Config> read_config(std::string_view toml_text, const Environment& environment);

// The same from a file; an empty path means defaults and environment only.
Result<Config> load_config(const std::filesystem::path& file, const Environment& environment);

}  // namespace aiva::app
