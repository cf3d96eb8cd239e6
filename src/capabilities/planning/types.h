#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aiva::planning {

// The sizes of installations in the capacity guide (S89–S104, S195–S198).
enum class Tier { small, medium, large, very_large };

// What a machine was found to do. CPU is time of one of its cores.
struct Measurement {
  std::string machine{};      // the processor's name
  std::string program{};      // the version that measured
  std::string measured_at{};  // ISO 8601
  double measured_s = 0;      // how long it took
  double cores = 1;
  double memory_gb = 0;
  double disk_free_gb = 0;
  double cached_request_cpu_ms = 0;  // over HTTP, like the next four; an answer out of the cache
  double write_cpu_ms = 0;           // a request that writes a row
  double search_cpu_ms = 0;          // a question nobody asked before
  double kept_search_cpu_ms = 0;     // a question whose answer is kept
  double turn_cpu_ms = 0;            // a chat turn with a search, but for what the model does
  double chunk_cpu_ms = 0;           // a passage read, cut, embedded and indexed
  double chunk_disk_bytes = 0;       // its rows and index, without the document itself
  double program_memory_mb = 0;      // of the program after all this
  double commits_per_second = 0;     // many writers at a time, each commit flushed to the disk
  double commit_ms = 0;              // one writer alone
  double disk_write_mb_s = 0;        // in sequence, flushed at the end
  double disk_read_mb_s = 0;         // in sequence, past the page cache
  double disk_random_reads_s = 0;    // of 4 KiB, past the page cache
};

// What is wanted of an installation at its busiest.
struct Load {
  double users = 0;  // who are there at a time
  double rps = 0;    // API requests a second, without chat turns and calls
  double chats = 0;  // conversations that go on at a time
  double calls = 0;  // telephone calls at a time
  double documents_a_day = 0;
  double chunks = 0;  // passages stored at the beginning
  double images = 0;  // stored at the beginning
  double tenants = 0;
};

// What of a load was given; what was not follows from the tier in proportion.
struct GivenLoad {
  std::optional<Tier> tier{};
  std::optional<double> users{};
  std::optional<double> rps{};
  std::optional<double> chats{};
  std::optional<double> calls{};
  std::optional<double> documents_a_day{};
  std::optional<double> chunks{};
  std::optional<double> images{};
  std::optional<double> tenants{};
};

// How an installation is used, where nobody measured it. In the price table, to be edited.
struct Habits {
  double search_share = 0.10;        // of API requests
  double write_share = 0.10;         // the same
  double kept_answers_share = 0.15;  // of searches (S42: 15 to 30 %)
  double turns_a_minute = 3;         // of a conversation that goes on
  double model_calls_a_turn = 1.2;   // a function's answer is read in another call
  double input_tokens = 1500;        // of a call of the model
  double output_tokens = 250;
  double query_tokens = 12;
  double chunk_tokens = 120;
  double busy_hours = 8;    // of a day, in which its documents come
  double busy_share = 0.3;  // of the busiest moment, on average over the busy hours
  double days_a_month = 30;
  double chunks_a_document = 10;  // S79
  double document_kb = 500;
  double image_kb = 800;
  double answer_kb = 4;        // of an API request
  double turn_kb = 4;          // rows of a chat turn
  double recorded_share = 0;   // of calls
  double recording_kb_s = 32;  // WAV of 8 kHz, two channels
  double recordings_days = 90;
  double realtime_call_cpu_ms = 3.5;  // a second of a call whose speech a provider does
  double packaged_call_cpu_ms = 22;   // a second of a call with the packaged voices
  double call_kbit_s = 172;           // both ways, G.711 in RTP
  double realtime_kbit_s = 200;       // the same to a provider of speech
  double chat_stream_kb = 60;         // memory
  double call_kb = 140;               // memory
  double chunk_index_bytes = 100;     // memory of an index
  double packaged_voices_mb = 230;    // memory of the recognizer and the detector
  double reader_mb = 110;             // memory of a document being read
  double image_mb = 400;              // memory of an image being processed
  double hot_rows_share = 0.1;        // of rows and indexes, wanted in the page cache
  double write_statement_ms = 1.5;    // CPU of a MySQL server a transaction
  double read_statement_ms = 0.3;     // the same a read
  double api_node_cores = 8;          // of each of several nodes
  double calls_a_bridge = 500;
};

struct MachinePrice {
  std::string name{};
  double cores = 0;
  double memory_gb = 0;
  double month = 0;
};

// What a model costs, by the beginning of its name; the longest that fits counts.
struct ModelPrice {
  std::string model{};
  double input_million = 0;   // tokens
  double output_million = 0;  // tokens
  double minute = 0;          // of a call
};

// A tier of a model provider and what it allows a minute.
struct ModelTier {
  std::string name{};
  double requests = 0;
  double tokens = 0;
};

struct PriceTable {
  std::string currency{};
  std::string as_of{};
  std::vector<MachinePrice> machines{};  // ascending by cores
  double disk_gb = 0;                    // a month, like all that follow
  double disk_included_gb = 0;           // with a machine
  double object_gb = 0;
  double transfer_gb = 0;
  double transfer_included_gb = 0;  // with a machine
  double balancer = 0;
  std::vector<ModelPrice> models{};
  std::vector<ModelTier> model_tiers{};  // ascending
  Habits habits{};
};

enum class ModelUse { chat, embedding, realtime, recognition, moderation };

// A model of a provider outside that the installation asks.
struct UsedModel {
  ModelUse use = ModelUse::chat;
  std::string name{};
  bool is_assumed = false;  // none is configured
};

struct Wish {
  GivenLoad load{};
  double headroom = 0.4;  // of cores, memory, disk and network, 0…0.9
  int growth_months = 12;
  bool has_packaged_voices = true;  // false: a provider hears and speaks in calls
  bool has_failover = false;        // nothing may stop with one machine
  std::vector<UsedModel> models{};
};

// A figure of the plan with its reason.
struct PlanLine {
  std::string section{};
  std::string id{};  // stable, "memory.total"
  std::string label{};
  std::string value{};
  double number = 0;    // the same for programs; 0 where the value is words
  std::string guide{};  // the guide's figure for the tier, with its S number; empty: it has none
  std::string why{};
};

struct CostLine {
  std::string id{};
  std::string label{};
  std::optional<double> month{};  // nothing: the table has no price for it
  std::string why{};
};

struct Plan {
  Tier tier = Tier::small;
  Load load{};
  bool is_one_machine = true;
  bool fits_measured_machine = false;
  std::vector<PlanLine> lines{};
  std::string currency{};
  std::vector<CostLine> costs{};
  double cost = 0;           // of what has a price
  std::string guide_cost{};  // the guide's for the tier
};

}  // namespace aiva::planning
