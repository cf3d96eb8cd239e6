#include "app/parts.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "adapters/docworker/document_reader.h"
#include "adapters/docworker/picture_reader.h"
#include "adapters/http_client/http_client.h"
#include "adapters/job_table/job_table.h"
#include "adapters/job_table/schedule_table.h"
#include "adapters/redis/redis_passage_index.h"
#include "adapters/segment_index/segment_index.h"
#include "app/agent_functions.h"
#include "app/background_work.h"
#include "app/cache_parts.h"
#include "app/call_parts.h"
#include "app/campaign_parts.h"
#include "app/chat_parts.h"
#include "app/chat_providers.h"
#include "app/commerce_parts.h"
#include "app/counted_models.h"
#include "app/data_folder.h"
#include "app/database_parts.h"
#include "app/moderators.h"
#include "app/object_parts.h"
#include "app/outgoing_events.h"
#include "app/roles.h"
#include "foundation/log.h"
#include "foundation/read_file.h"

namespace aiva::app {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr const char* jobs_topic = "jobs";
constexpr std::size_t synonyms_bytes_max = 16UL * 1024 * 1024;

Result<void> open_storage(const Config& config, Parts& parts) {
  TRY_VOID(open_cache(config, parts));
  auto* signals = parts.shared_cache != nullptr ? parts.signals.get() : nullptr;
  TRY(parts.database, open_database(config, parts.folder, parts.metrics, signals));
  TRY_VOID(open_objects(config, parts));
  parts.jobs = make_job_table(
      *parts.database, parts.clock,
      {.waiting_per_tenant_max = config.worker.waiting_per_tenant_max,
       .announce = [&signals = *parts.signals] { signals.publish(jobs_topic, {}); }});
  parts.job_calls = parts.signals->subscribe(
      jobs_topic, [&jobs = *parts.jobs](std::string_view) { jobs.wake_here(); });
  parts.queue_metrics = std::make_unique<QueueMetrics>(*parts.jobs, parts.metrics, all_job_kinds());
  parts.schedules = make_schedule_table(*parts.database, parts.clock);
  SegmentIndexOptions index{
      .folder = index_folder(config, parts.folder, "index"),
      .resident_bytes_max = static_cast<std::size_t>(config.search.index_memory_mb) * 1024 * 1024,
      .compute = &parts.compute};
  TRY(parts.index, make_segment_index(index, parts.metrics));
  if (config.search.vector_index == "redis")
    parts.index = make_redis_passage_index(*parts.redis, std::move(parts.index),
                                           {.key_prefix = config.cache.key_prefix}, parts.metrics);
  return open_product_index(config, parts);
}

// Without its ranks a model's tokens are counted as the embedder counts.
void open_tokens(const Paths& paths, Parts& parts) {
  auto counter = documents::TokenCounter::load(paths.token_ranks);
  if (counter)
    parts.tokens = std::move(*counter);
  else
    log::warn("Tokens of the chat model are only estimated", {{"reason", counter.error().message}});
}

std::function<std::size_t(std::string_view)> count_for_model(const Parts& parts) {
  if (parts.tokens)
    return [&tokens = *parts.tokens](std::string_view text) { return tokens.count(text); };
  return [count = parts.embedder.count_tokens](std::string_view text) {
    return static_cast<std::size_t>(std::max(count(text), 0));
  };
}

Result<void> open_image_models(const Config& config, const Paths& paths, Parts& parts) {
  PictureReaderOptions pictures{.worker_path = paths.document_worker,
                                .ocr_data = config.documents.ocr_data,
                                .ocr_languages = config.documents.ocr_languages,
                                .concurrency = static_cast<std::size_t>(config.images.concurrency)};
  TRY(parts.pictures, make_picture_reader(pictures));
  TRY(auto image_model, make_image_model(config, paths, parts.folder));
  parts.image_model = count_pictures(std::move(image_model), parts.metrics);
  return {};
}

HttpClientOptions model_connections(const Config& config) {
  return {.connections_per_host_max = static_cast<std::size_t>(config.models.connections_max),
          .waiting_per_host_max = static_cast<std::size_t>(config.models.waiting_max),
          .idle_connections_max = 512};
}

Result<void> open_models(const Config& config, const Paths& paths, Parts& parts) {
  TRY(parts.http, make_http_client());
  auto connections = model_connections(config);
  connections.connect_seconds = &parts.metrics.histogram(
      "aiva_model_connect_seconds",
      "Time until a connection to a model provider was open, by TCP and TLS", duration_buckets_s());
  TRY(parts.model_http, make_http_client(std::move(connections)));
  TRY(parts.embedder, make_embedder(config, paths, *parts.model_http));
  parts.embedder.embedder = count_texts(std::move(parts.embedder.embedder), parts.metrics);
  TRY(parts.reranker, make_reranker(config, paths, parts.folder));
  DocumentReaderOptions reader{
      .worker_path = paths.document_worker,
      .pdfium_path = paths.pdfium,
      .ocr_data = config.documents.ocr_data,
      .ocr_languages = config.documents.ocr_languages,
      .concurrency = static_cast<std::size_t>(config.documents.concurrency),
      .recognition_concurrency = static_cast<std::size_t>(config.documents.ocr_concurrency),
      .wall_timeout = seconds(config.documents.timeout_s),
      .legacy_converter = config.documents.legacy_converter,
      .legacy_converter_folder = config.documents.legacy_converter_folder};
  TRY(parts.reader, make_document_reader(reader));
  return open_image_models(config, paths, parts);
}

Result<void> build_identity(const Config& config, Parts& parts) {
  TRY(auto master_key, load_master_key(config, parts.folder));
  identity::IdentitySettings settings{
      .master_key = std::move(master_key),
      .token_lifetime = hours(config.identity.token_hours),
      .refresh_lifetime = hours(24 * config.identity.refresh_days),
      .bcrypt_cost = static_cast<int>(config.identity.bcrypt_cost),
      .bcrypt_threads = static_cast<std::size_t>(config.identity.bcrypt_threads)};
  identity::IdentityParts needs{*parts.database, parts.clock, parts.metrics, parts.signals.get()};
  TRY(parts.identity, identity::make_identity(needs, std::move(settings)));
  return {};
}

Result<void> build_models(const Config& config, const Paths& paths, Parts& parts) {
  TRY(auto master_key, load_master_key(config, parts.folder));
  TRY(parts.models, make_chat_providers(config, std::move(master_key),
                                        {.database = *parts.database,
                                         .audit = parts.identity->audit_log(),
                                         .clock = parts.clock,
                                         .metrics = parts.metrics,
                                         .http = *parts.model_http,
                                         .shared_allowances = parts.allowances.get()}));
  parts.prices = models::make_prices(*parts.database, parts.identity->audit_log(), parts.clock);
  TRY_VOID(sync_wait(parts.prices->load({})));
  parts.chat_model = parts.models->make_chat_model();
  if (parts.chat_model != nullptr) open_tokens(paths, parts);
  return {};
}

crawl::CrawlSettings crawl_settings(const Config& config) {
  return {.allow_private_hosts = config.crawl.allow_private_hosts,
          .delay = std::chrono::milliseconds(config.crawl.delay_ms),
          .page_bytes_max = config.limits.document_bytes_max,
          .user_agent = config.crawl.user_agent};
}

// A provider takes a hundred texts as fast as one; in process a batch is also a step of progress.
std::size_t embedding_batch(const Config& config) {
  return config.embedder.provider == "openai" ? 100 : 32;
}

const std::string& default_model(const Config& config) {
  return config.models.default_model.empty() ? config.chat_model.model
                                             : config.models.default_model;
}

Result<search::SearchSettings> search_settings(const Config& config, const Parts& parts) {
  search::SearchSettings settings{
      .cache_time = seconds(config.search.cache_s),
      .rerank_candidates = static_cast<std::size_t>(config.search.rerank_candidates),
      .rerank_time = std::chrono::milliseconds(config.search.rerank_timeout_ms)};
  settings.expansion.time_max = std::chrono::milliseconds(config.search.expand_timeout_ms);
  settings.expansion.cache_time = settings.cache_time;
  if (config.search.expand_queries) settings.expansion.model = parts.chat_model.get();
  settings.expansion.model_name = default_model(config);
  if (config.search.synonyms.empty()) return settings;
  auto text = read_file(config.search.synonyms, synonyms_bytes_max);
  if (!text)
    return fail(ErrorCode::invalid, "Cannot read the synonyms " + config.search.synonyms,
                text.error().message);
  TRY(auto synonyms, search::Synonyms::parse(*text));
  settings.expansion.synonyms = std::make_shared<const search::Synonyms>(std::move(synonyms));
  return settings;
}

images::ImageSettings image_settings(const Config& config) {
  return {
      .concurrency = static_cast<std::size_t>(config.images.concurrency),
      .near_words_cosine = static_cast<double>(config.images.answer_similarity_percent) / 100.0};
}

// Wants knowledge, identity, billing and models to be built.
Result<void> build_agents(const Config& config, Parts& parts) {
  TRY(auto master_key, load_master_key(config, parts.folder));
  parts.visitors = std::make_unique<agents::Visitors>(master_key, *parts.cache, parts.clock);
  parts.agents = agents::make_agents(
      {.database = *parts.database,
       .knowledge = *parts.knowledge,
       .audit_log = parts.identity->audit_log(),
       .clock = parts.clock,
       .metrics = parts.metrics,
       .shared_cache = parts.shared_cache.get(),
       .signals = parts.signals.get(),
       .removals = {functions::remove_functions_of, voice::remove_numbers_of,
                    voice::remove_flows_of, voice::remove_segments_of, voice::remove_recordings_of,
                    campaigns::cancel_campaigns_of}},
      {});
  parts.instruction_writer =
      agents::make_instruction_writer({.database = *parts.database,
                                       .knowledge = *parts.knowledge,
                                       .billing = *parts.billing,
                                       .model = parts.chat_model.get(),
                                       .model_name = default_model(config),
                                       .price_of = models::price_function(*parts.prices)});
  return {};
}

Result<void> build_webhooks(const Config& config, Parts& parts) {
  TRY(auto master_key, load_master_key(config, parts.folder));
  webhooks::WebhookSettings settings{
      .may_reach_private_addresses = config.webhooks.allow_private_hosts,
      .master_key = std::move(master_key),
      .concurrency = static_cast<std::size_t>(config.webhooks.concurrency)};
  parts.webhooks = webhooks::make_webhooks(
      {*parts.database, *parts.http, parts.clock, parts.metrics}, std::move(settings));
  return {};
}

Result<void> build_capabilities(const Config& config, Parts& parts) {
  TRY(auto searching, search_settings(config, parts));
  billing::BillingSettings credits{
      .margin_percent = static_cast<int>(config.billing.margin_percent),
      .is_enforced = config.billing.enforced};
  TRY_VOID(build_webhooks(config, parts));
  parts.billing = billing::make_billing(*parts.database, parts.clock, credits,
                                        tell_of_credits(parts.webhooks->outbox()), &parts.metrics);
  parts.knowledge =
      knowledge::make_knowledge({.database = *parts.database,
                                 .objects = *parts.objects,
                                 .jobs = *parts.jobs,
                                 .reader = *parts.reader,
                                 .embedder = *parts.embedder.embedder,
                                 .count_tokens = parts.embedder.count_tokens,
                                 .index = *parts.index,
                                 .billing = *parts.billing,
                                 .clock = parts.clock,
                                 .metrics = parts.metrics,
                                 .events = &parts.document_events,
                                 .outbox = &parts.webhooks->outbox()},
                                {.document_bytes_max = config.limits.document_bytes_max,
                                 .embedding_batch = embedding_batch(config),
                                 .figures_job = images::figures_job_kind});
  parts.housekeeping = knowledge::make_housekeeping({.database = *parts.database,
                                                     .objects = *parts.objects,
                                                     .index = *parts.index,
                                                     .jobs = *parts.jobs,
                                                     .clock = parts.clock,
                                                     .events = &parts.document_events});
  parts.sections = knowledge::make_sections(*parts.database);
  parts.catalog = knowledge::make_document_catalog(*parts.database);
  parts.previews = knowledge::make_chunk_previews({.knowledge = *parts.knowledge,
                                                   .database = *parts.database,
                                                   .objects = *parts.objects,
                                                   .reader = *parts.reader,
                                                   .embedder = *parts.embedder.embedder,
                                                   .count_tokens = parts.embedder.count_tokens});
  parts.crawler = crawl::make_crawler({.database = *parts.database,
                                       .knowledge = *parts.knowledge,
                                       .http = *parts.http,
                                       .reader = *parts.reader,
                                       .objects = *parts.objects,
                                       .jobs = *parts.jobs,
                                       .clock = parts.clock,
                                       .metrics = parts.metrics},
                                      crawl_settings(config));
  parts.images = images::make_images({.database = *parts.database,
                                      .objects = *parts.objects,
                                      .jobs = *parts.jobs,
                                      .pictures = *parts.pictures,
                                      .model = *parts.image_model,
                                      .texts = *parts.embedder.embedder,
                                      .knowledge = *parts.knowledge,
                                      .documents = *parts.reader,
                                      .billing = *parts.billing,
                                      .clock = parts.clock,
                                      .metrics = parts.metrics,
                                      .compute = parts.compute},
                                     image_settings(config));
  parts.search = search::make_search({.database = *parts.database,
                                      .knowledge = *parts.knowledge,
                                      .catalog = *parts.catalog,
                                      .embedder = *parts.embedder.embedder,
                                      .index = *parts.index,
                                      .billing = *parts.billing,
                                      .clock = parts.clock,
                                      .metrics = parts.metrics,
                                      .shared_cache = parts.shared_cache.get(),
                                      .signals = parts.signals.get(),
                                      .sections = parts.sections.get(),
                                      .reranker = parts.reranker.get()},
                                     std::move(searching));
  parts.history = search::make_history(
      {.database = *parts.database, .knowledge = *parts.knowledge, .clock = parts.clock});
  TRY_VOID(build_agents(config, parts));
  TRY_VOID(build_functions(config, parts));
  TRY_VOID(build_commerce(config, parts));
  build_moderation(config, parts);
  build_chat(parts, parts.shared_cache.get(), count_for_model(parts));
  build_calls(config, parts);
  build_campaigns(config, parts);
  return {};
}

// What programs that speak to AIVA need beyond its own interface.
void build_interfaces(const Config& config, Parts& parts) {
  bool is_large = parts.embedder.embedder->model().starts_with("text-embedding-3-large");
  parts.text_vectors = embeddings::make_text_vectors(
      {.database = *parts.database,
       .embedder = *parts.embedder.embedder,
       .count_tokens = parts.embedder.count_tokens,
       .billing = *parts.billing,
       .compute = parts.compute},
      {.nano_usd_per_token = is_large ? 130 : 20,
       .margin_percent = static_cast<int>(config.billing.margin_percent),
       .batch = embedding_batch(config)});
  parts.idempotency = idempotency::make_idempotency(*parts.database, parts.clock);
}

}  // namespace

Result<std::unique_ptr<Parts>> make_parts(const Config& config, const Paths& paths) {
  TRY(auto folder, prepare_data_folder(config));
  auto parts = std::make_unique<Parts>(std::move(folder));
  TRY(parts->telemetry, Telemetry::make(config, parts->metrics));
  TRY_VOID(open_storage(config, *parts));
  TRY_VOID(open_models(config, paths, *parts));
  TRY_VOID(build_identity(config, *parts));
  TRY_VOID(build_models(config, paths, *parts));
  TRY_VOID(build_capabilities(config, *parts));
  build_interfaces(config, *parts);
  parts->status_board = std::make_unique<http::StatusBoard>(
      http::StatusBoardParts{.metrics = parts->metrics, .clock = parts->clock});
  return parts;
}

void warm_up_models(Parts& parts) {
  auto report = [](std::exception_ptr exception, const auto& outcome) {
    if (exception || !outcome || *outcome) return;
    log::failure("The image model cannot be used", {}, outcome->error());
  };
  auto& model = *parts.image_model;
  if (model.dimension() == 0) return;
  Picture grey{.width = model.picture_side(), .height = model.picture_side()};
  auto side = static_cast<std::size_t>(model.picture_side());
  grey.rgb.assign(side * side * 3, 128);
  std::vector<Picture> pictures;
  pictures.push_back(std::move(grey));
  start(model.embed_images({}, std::move(pictures)), report);
  if (model.has_text()) start(model.embed_texts({}, {"a picture"}), report);
}

}  // namespace aiva::app
