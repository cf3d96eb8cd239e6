#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "adapters/redis/redis.h"
#include "adapters/redis/redis_pulse.h"
#include "app/chosen_dialler.h"
#include "app/config.h"
#include "app/model_providers.h"
#include "app/paths.h"
#include "app/queue_metrics.h"
#include "app/telemetry.h"
#include "capabilities/agents/agents.h"
#include "capabilities/agents/instruction_writer.h"
#include "capabilities/agents/visitors.h"
#include "capabilities/billing/billing.h"
#include "capabilities/campaigns/campaigns.h"
#include "capabilities/campaigns/do_not_call.h"
#include "capabilities/campaigns/runner.h"
#include "capabilities/chat/call_tools.h"
#include "capabilities/chat/chat.h"
#include "capabilities/chat/conversation_search.h"
#include "capabilities/chat/notes.h"
#include "capabilities/chat/people.h"
#include "capabilities/chat/privacy.h"
#include "capabilities/chat/upkeep.h"
#include "capabilities/commerce/commerce.h"
#include "capabilities/crawl/crawl.h"
#include "capabilities/embeddings/embeddings.h"
#include "capabilities/functions/agent_tools.h"
#include "capabilities/functions/functions.h"
#include "capabilities/functions/secrets.h"
#include "capabilities/idempotency/idempotency.h"
#include "capabilities/identity/identity.h"
#include "capabilities/images/images.h"
#include "capabilities/knowledge/chunk_preview.h"
#include "capabilities/knowledge/document_events.h"
#include "capabilities/knowledge/housekeeping.h"
#include "capabilities/knowledge/knowledge.h"
#include "capabilities/knowledge/sections.h"
#include "capabilities/models/models.h"
#include "capabilities/models/prices.h"
#include "capabilities/moderation/moderation.h"
#include "capabilities/search/history.h"
#include "capabilities/search/search.h"
#include "capabilities/voice/call_control.h"
#include "capabilities/voice/call_log.h"
#include "capabilities/voice/call_places.h"
#include "capabilities/voice/call_records.h"
#include "capabilities/voice/call_search.h"
#include "capabilities/voice/flows.h"
#include "capabilities/voice/media_ports.h"
#include "capabilities/voice/numbers.h"
#include "capabilities/voice/outbound_calls.h"
#include "capabilities/voice/recordings.h"
#include "capabilities/voice/segments.h"
#include "capabilities/voice/speaker.h"
#include "capabilities/voice/spoken_cache.h"
#include "capabilities/voice/supervision.h"
#include "capabilities/voice/visitor_calls.h"
#include "capabilities/voice/voice.h"
#include "capabilities/webhooks/webhooks.h"
#include "documents/tokens/token_counter.h"
#include "faces/ari/ari.h"
#include "faces/http/endpoints/status_board.h"
#include "foundation/metrics.h"
#include "foundation/pause.h"
#include "foundation/thread_pool.h"
#include "ports/bridge_calls.h"
#include "ports/cache.h"
#include "ports/chat_model.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/document_reader.h"
#include "ports/http_client.h"
#include "ports/image_model.h"
#include "ports/job_queue.h"
#include "ports/moderator.h"
#include "ports/object_store.h"
#include "ports/passage_index.h"
#include "ports/picture_reader.h"
#include "ports/realtime_model.h"
#include "ports/reranker.h"
#include "ports/schedule_leases.h"
#include "ports/shared_allowance.h"
#include "ports/signals.h"
#include "ports/speech_recognizer.h"
#include "ports/speech_stream.h"
#include "ports/speech_synthesizer.h"
#include "ports/storefront.h"
#include "ports/tool_server.h"
#include "ports/voice_detector.h"
#include "ports/voice_stream.h"
#include "ports/websocket_client.h"

namespace aiva::app {

// Everything AIVA is made of, in the order it is built; it goes in the reverse order, so each part
// may borrow the ones above it.
struct Parts {
  std::filesystem::path folder;
  SystemClock clock{};
  Metrics metrics{};
  std::unique_ptr<Telemetry> telemetry{};
  ThreadPool files{{.name = "files", .threads = 2}};
  ThreadPool compute{{.name = "compute", .threads = 2}};
  ThreadPool turns{{.name = "turns", .threads = 2}};  // of chats that go on without their client
  std::unique_ptr<Redis> redis{};                     // null where nothing uses it
  std::unique_ptr<RedisPulse> redis_pulse{};          // the same
  std::unique_ptr<Cache> shared_cache{};  // null where this process is alone; fails with Redis
  std::unique_ptr<Cache> cache{};         // never fails
  std::unique_ptr<Signals> signals{};
  std::unique_ptr<SharedAllowances> allowances{};  // null where this process is alone
  std::unique_ptr<Database> database{};
  std::unique_ptr<HttpClient> object_http{};  // null where objects are in a folder
  std::unique_ptr<ObjectStore> objects{};
  std::unique_ptr<JobQueue> jobs{};
  std::unique_ptr<Signals::Subscription> job_calls{};
  std::unique_ptr<QueueMetrics> queue_metrics{};
  std::unique_ptr<ScheduleLeases> schedules{};
  std::unique_ptr<PassageIndex> index{};
  std::unique_ptr<PassageIndex> product_index{};
  std::unique_ptr<HttpClient> http{};
  std::unique_ptr<HttpClient> model_http{};  // of models, whose streams may be many and long
  std::unique_ptr<ToolServers> tool_servers{};
  EmbedderChoice embedder{};
  std::unique_ptr<Reranker> reranker{};
  std::optional<documents::TokenCounter> tokens{};  // of chat models; none without its ranks
  std::unique_ptr<DocumentReader> reader{};
  std::unique_ptr<PictureReader> pictures{};
  std::unique_ptr<ImageModel> image_model{};
  knowledge::DocumentEvents document_events{};
  std::unique_ptr<webhooks::Webhooks> webhooks{};
  std::unique_ptr<billing::Billing> billing{};
  std::unique_ptr<identity::Identity> identity{};
  std::unique_ptr<models::Models> models{};
  std::unique_ptr<models::Prices> prices{};
  std::unique_ptr<ChatModel> chat_model{};  // null where none is configured
  std::unique_ptr<knowledge::Knowledge> knowledge{};
  std::unique_ptr<knowledge::Housekeeping> housekeeping{};
  std::unique_ptr<crawl::Crawler> crawler{};
  std::unique_ptr<images::Images> images{};
  std::unique_ptr<knowledge::Sections> sections{};
  std::unique_ptr<knowledge::DocumentCatalog> catalog{};
  std::unique_ptr<knowledge::ChunkPreviews> previews{};
  std::unique_ptr<search::Search> search{};
  std::unique_ptr<search::History> history{};
  std::unique_ptr<agents::Agents> agents{};
  std::unique_ptr<agents::InstructionWriter> instruction_writer{};
  std::unique_ptr<agents::Visitors> visitors{};
  std::unique_ptr<functions::Secrets> secrets{};
  std::unique_ptr<functions::Functions> functions{};
  Pause pause = make_pause();
  std::unique_ptr<Storefront> shopify{};
  std::unique_ptr<Storefront> product_feeds{};
  std::unique_ptr<commerce::Commerce> commerce{};
  std::unique_ptr<knowledge::Housekeeping> product_housekeeping{};
  std::unique_ptr<functions::AgentTools> agent_tools{};  // functions, and tools of shops
  std::unique_ptr<Moderator> moderator{};                // null where none is configured
  std::unique_ptr<moderation::Moderation> moderation{};
  std::unique_ptr<chat::Chat> chat{};
  std::unique_ptr<chat::CallTools> call_tools{};
  std::unique_ptr<chat::ConversationSearch> conversation_search{};
  std::unique_ptr<chat::People> chat_people{};
  std::unique_ptr<chat::Notes> chat_notes{};
  std::unique_ptr<chat::Privacy> chat_privacy{};
  std::unique_ptr<chat::Upkeep> chat_upkeep{};
  std::unique_ptr<voice::CallLog> call_log{};
  std::unique_ptr<voice::CallRecords> call_records{};
  std::unique_ptr<voice::CallSearch> call_search{};
  std::unique_ptr<voice::VisitorCalls> visitor_calls{};
  std::unique_ptr<voice::Recordings> recordings{};
  std::unique_ptr<voice::Numbers> numbers{};
  std::unique_ptr<voice::Flows> flows{};
  std::unique_ptr<voice::SpokenCache> spoken_cache{};
  std::unique_ptr<voice::Segments> segments{};
  std::unique_ptr<campaigns::Campaigns> campaigns{};
  std::unique_ptr<campaigns::DoNotCall> do_not_call{};
  std::unique_ptr<voice::CallDialler> http_dialler{};  // null where none is configured
  ChosenDialler dialler{};
  std::unique_ptr<campaigns::Runner> campaign_runner{};
  std::unique_ptr<VoiceDetectors> voice_detectors{};
  std::unique_ptr<SpeechRecognizer> recognizer{};
  std::unique_ptr<SpeechSynthesizer> synthesizer{};
  std::unique_ptr<voice::Speaker> speaker{};        // null where nothing is spoken
  std::unique_ptr<WebSocketClient> sockets{};       // null where nothing uses them
  std::unique_ptr<RealtimeModel> realtime_model{};  // null where none is configured
  std::unique_ptr<RealtimeModel> voice_agent{};     // the same, like the two that follow
  std::unique_ptr<StreamingRecognizer> heard_streams{};
  std::unique_ptr<StreamingSynthesizer> voice_streams{};
  std::unique_ptr<Redis> bridge_redis{};        // null without a bridge's calls
  std::unique_ptr<BridgeCalls> bridge_calls{};  // the same
  voice::CallControls call_controls{};
  std::unique_ptr<ari::Ari> ari{};                         // null where none is configured
  std::unique_ptr<voice::OutboundCalls> outbound_calls{};  // null where nobody is called
  std::unique_ptr<voice::CallPlaces> call_places{};
  std::unique_ptr<voice::Calls> calls{};  // null where none are answered
  std::unique_ptr<voice::Supervision> supervision{};
  voice::MediaPorts* media_ports = nullptr;  // of the server for RTP; null without ports
  std::unique_ptr<embeddings::TextVectors> text_vectors{};
  std::unique_ptr<idempotency::Idempotency> idempotency{};
  std::unique_ptr<http::StatusBoard> status_board{};  // goes first: it looks at all the others
};

// Opens the data folder, brings the schema to this version and builds every part. Fails with a
// sentence for the operator.
Result<std::unique_ptr<Parts>> make_parts(const Config& config, const Paths& paths);

// Has models that take time to open do so in the background; returns at once. For servers.
void warm_up_models(Parts& parts);

}  // namespace aiva::app
