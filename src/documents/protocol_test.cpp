#include "documents/protocol.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <limits>
#include <string>
#include <variant>

namespace aiva::documents {
namespace {

const std::string start = encode(Started{FileFormat::pdf});

std::string encode_block(Block block) { return encode(std::span<const Block>(&block, 1)); }

// The failure of decoding `bytes`, or an empty text when there is none.
std::string rejection(const std::string& bytes, const ReadLimits& limits = {}) {
  RecordDecoder decoder(limits);
  decoder.feed(bytes);
  for (;;) {
    auto record = decoder.next();
    if (!record) return record.error().cause;
    if (!*record) return {};
  }
}

TEST(Protocol, carries_every_record_unchanged) {
  Block block{.kind = BlockKind::heading,
              .level = 2,
              .page = 7,
              .text = "Über\tuns\n",
              .box = Box{1, 2.5, 300, 400}};
  DocumentSummary summary{FileFormat::html, "Title", 9, 7, "why"};
  RecordDecoder decoder;

  decoder.feed(start + encode_block(block) + encode(Progress{7, 9}) + encode(summary));

  EXPECT_EQ(std::get<Started>(decoder.next()->value()).format, FileFormat::pdf);
  auto blocks = std::get<std::vector<Block>>(decoder.next()->value());
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(blocks[0].kind, BlockKind::heading);
  EXPECT_EQ(blocks[0].level, 2);
  EXPECT_EQ(blocks[0].page, 7);
  EXPECT_EQ(blocks[0].text, "Über\tuns\n");
  EXPECT_EQ(blocks[0].box->right, 300);
  auto progress = std::get<Progress>(decoder.next()->value());
  EXPECT_EQ(progress.pages_read, 7);
  EXPECT_EQ(progress.pages, 9);
  EXPECT_FALSE(decoder.is_finished());
  auto received = std::get<DocumentSummary>(decoder.next()->value());
  EXPECT_EQ(received.title, "Title");
  EXPECT_EQ(received.partial_reason, "why");
  EXPECT_TRUE(decoder.is_finished());
  EXPECT_FALSE(decoder.next()->has_value());
}

TEST(Protocol, carries_code_and_message_of_a_failure_but_no_cause) {
  RecordDecoder decoder;
  decoder.feed(start +
               encode(Error{.code = ErrorCode::too_large, .message = "Much", .cause = "c"}));

  (void)decoder.next();
  auto error = std::get<Error>(decoder.next()->value());

  EXPECT_EQ(error.code, ErrorCode::too_large);
  EXPECT_EQ(error.message, "Much");
  EXPECT_TRUE(error.cause.empty());
}

TEST(Protocol, decodes_bytes_that_come_one_by_one) {
  auto bytes = start + encode_block({.text = "a"}) + encode(DocumentSummary{FileFormat::text});
  RecordDecoder decoder;
  int records = 0;

  for (char byte : bytes) {
    decoder.feed({&byte, 1});
    while (true) {
      auto record = decoder.next();
      ASSERT_TRUE(record) << record.error().cause;
      if (!*record) break;
      ++records;
    }
  }

  EXPECT_EQ(records, 3);
  EXPECT_TRUE(decoder.is_finished());
}

TEST(Protocol, rejects_what_no_honest_sender_sends) {
  Block good{.text = "a"};
  auto with = [&](auto change) {
    Block block = good;
    change(block);
    return start + encode_block(block);
  };
  EXPECT_EQ(rejection(start + encode_block(good)), "");
  EXPECT_EQ(rejection(encode_block(good)), "records out of order");
  EXPECT_EQ(rejection(start + start), "records out of order");
  EXPECT_EQ(rejection(with([](Block& b) { b.text = "\xFF"; })), "text is no clean UTF-8");
  EXPECT_EQ(rejection(with([](Block& b) { b.text = "\x1B[31m"; })), "text is no clean UTF-8");
  EXPECT_EQ(rejection(with([](Block& b) { b.text = ""; })), "text too long or empty");
  EXPECT_EQ(rejection(with([](Block& b) { b.text = std::string(70000, 'a'); })),
            "text too long or empty");
  EXPECT_EQ(rejection(with([](Block& b) { b.page = 0; })), "pages out of order");
  EXPECT_EQ(rejection(with([](Block& b) { b.page = 20001; })), "pages out of order");
  EXPECT_EQ(rejection(with([](Block& b) { b.kind = BlockKind::heading; })), "level out of range");
  EXPECT_EQ(rejection(with([](Block& b) { b.kind = static_cast<BlockKind>(99); })),
            "unknown kind of block");
  EXPECT_EQ(rejection(with(
                [](Block& b) { b.box = Box{std::numeric_limits<float>::quiet_NaN(), 0, 1, 1}; })),
            "box out of range");
  EXPECT_EQ(rejection(with([](Block& b) { b.box = Box{5, 0, 1, 1}; })), "box out of range");
  EXPECT_EQ(rejection(start + encode_block({.page = 3, .text = "a"}) + encode_block(good)),
            "pages out of order");
  EXPECT_EQ(rejection(start + encode(Progress{5, 4})), "malformed progress");
  EXPECT_EQ(rejection(start + encode(DocumentSummary{FileFormat::unknown})), "malformed summary");
  EXPECT_EQ(rejection(start + encode(DocumentSummary{FileFormat::pdf, "a\x01"})),
            "malformed summary");
  auto failure = encode(Error{.code = ErrorCode::invalid, .message = "x"});
  failure[5] = static_cast<char>(ErrorCode::forbidden);
  EXPECT_EQ(rejection(start + failure), "malformed failure");
  EXPECT_EQ(rejection(start + encode(DocumentSummary{FileFormat::pdf}) + encode_block(good)),
            "more after the last record");
  EXPECT_EQ(rejection(start + std::string("\xFF\xFF\xFF\x7F\x02", 5)), "record too long");
  EXPECT_EQ(rejection(start + std::string("\0\0\0\0\x63", 5)), "unknown kind of record");
}

TEST(Protocol, rejects_more_text_than_a_document_may_have) {
  auto block = encode_block({.text = std::string(1000, 'a')});
  EXPECT_EQ(rejection(start + block + block, {.text_bytes_max = 1500}), "too much text");
}

TEST(Protocol, carries_links_and_marks_of_blocks) {
  RecordDecoder decoder;
  decoder.feed(start + encode_block({.kind = BlockKind::table,
                                     .header_rows = 1,
                                     .is_hidden = true,
                                     .text = "a | b",
                                     .links = {"https://example.org/", "mailto:a@example.org"}}));
  ASSERT_TRUE(decoder.next());
  auto record = decoder.next();

  ASSERT_TRUE(record && *record);
  const auto& block = std::get<std::vector<Block>>(**record).front();
  EXPECT_EQ(block.header_rows, 1);
  EXPECT_TRUE(block.is_hidden);
  EXPECT_EQ(block.links,
            (std::vector<std::string>{"https://example.org/", "mailto:a@example.org"}));
}

TEST(Protocol, rejects_links_that_are_none) {
  EXPECT_EQ(rejection(start + encode_block({.text = "a", .links = {"javascript:alert(1)"}})),
            "malformed link");
  EXPECT_EQ(rejection(start + encode_block({.header_rows = 1, .text = "a"})),
            "header rows of what is no table");
}

TEST(Protocol, carries_files_in_pieces_and_limits_them) {
  EmbeddedFile figure{.name = "figure",
                      .media_type = "image/png",
                      .page = 3,
                      .box = Box{1, 2, 3, 4},
                      .width = 20,
                      .height = 10};
  RecordDecoder decoder;
  decoder.feed(start + encode(figure, "bytes", true));
  ASSERT_TRUE(decoder.next());
  auto record = decoder.next();

  ASSERT_TRUE(record && *record);
  const auto& piece = std::get<FilePiece>(**record);
  EXPECT_EQ(piece.file.name, "figure");
  EXPECT_EQ(piece.file.media_type, "image/png");
  EXPECT_EQ(piece.file.page, 3);
  EXPECT_EQ(piece.file.width, 20);
  EXPECT_EQ(piece.bytes, "bytes");
  EXPECT_TRUE(piece.is_last);
  auto bytes = encode(figure, std::string(1000, 'a'), true);
  EXPECT_EQ(rejection(start + bytes + bytes, {.embedded_bytes_max = 1500}),
            "too much in embedded files");
  EXPECT_EQ(rejection(start + encode({.page = 0}, "a", true)), "page of a file out of range");
}

TEST(Protocol, carries_what_else_a_summary_says) {
  RecordDecoder decoder;
  decoder.feed(start + encode(DocumentSummary{.format = FileFormat::pdf,
                                              .pages = 5,
                                              .pages_read = 5,
                                              .language = "de",
                                              .pages_without_text = {2, 5},
                                              .may_have_figures = false}));
  ASSERT_TRUE(decoder.next());
  auto record = decoder.next();

  ASSERT_TRUE(record && *record);
  const auto& summary = std::get<DocumentSummary>(**record);
  EXPECT_EQ(summary.language, "de");
  EXPECT_EQ(summary.pages_without_text, (std::vector<int>{2, 5}));
  EXPECT_FALSE(summary.may_have_figures);
  EXPECT_EQ(rejection(start + encode(DocumentSummary{.format = FileFormat::pdf,
                                                     .pages = 5,
                                                     .pages_read = 5,
                                                     .pages_without_text = {2, 6}})),
            "malformed summary");
}

TEST(Protocol, survives_any_change_of_single_bytes) {
  auto bytes = start + encode_block({.text = "some words", .box = Box{1, 2, 3, 4}}) +
               encode(Progress{1, 2}) + encode(DocumentSummary{FileFormat::pdf, "t", 2, 1, "r"});
  int rejected = 0;

  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int value : {0x00, 0x01, 0x7F, 0x80, 0xFF}) {
      auto changed = bytes;
      changed[at] = static_cast<char>(value);
      rejected += rejection(changed).empty() ? 0 : 1;
    }
  }

  EXPECT_GT(rejected, 50);
}

TEST(Protocol, carries_requests) {
  ReadRequest wanted{.file_name = "a.pdf",
                     .wants_images = true,
                     .wants_documents = false,
                     .pages_to_recognise = {2, 7},
                     .picture_side = 224};
  auto request = decode_request(
      encode(WorkRequest{.wanted = wanted, .cpu_seconds_max = 12, .can_convert = true}));

  ASSERT_TRUE(request);
  EXPECT_EQ(request->wanted.file_name, "a.pdf");
  EXPECT_TRUE(request->wanted.wants_images);
  EXPECT_FALSE(request->wanted.wants_documents);
  EXPECT_EQ(request->wanted.pages_to_recognise, wanted.pages_to_recognise);
  EXPECT_EQ(request->wanted.picture_side, 224);
  EXPECT_TRUE(request->can_convert);
  EXPECT_EQ(request->cpu_seconds_max, 12U);
  EXPECT_FALSE(decode_request("short"));
  EXPECT_FALSE(decode_request("not the mark"));
  auto longest = encode(WorkRequest{.wanted = {.file_name = std::string(5000, 'a')}});
  EXPECT_LE(longest.size(), request_bytes_max);
}

TEST(Protocol, carries_every_failure_of_a_reader_in_a_form_that_is_believed) {
  for (const auto& error :
       {Error{.code = ErrorCode::not_found, .message = "It lacks \x01\xFF a part"},
        Error{.code = ErrorCode::timeout, .message = ""}}) {
    RecordDecoder decoder;
    decoder.feed(encode(Started{FileFormat::docx}) + encode(error));
    ASSERT_TRUE(decoder.next());

    auto record = decoder.next();

    ASSERT_TRUE(record) << record.error().cause;
    const auto& failure = std::get<Error>(**record);
    bool is_timeout = error.code == ErrorCode::timeout;
    EXPECT_EQ(failure.code, is_timeout ? ErrorCode::timeout : ErrorCode::invalid);
    EXPECT_FALSE(failure.message.empty());
  }
}

TEST(Protocol, carries_documents_to_be_converted_and_limits_them) {
  RecordDecoder decoder;
  decoder.feed(encode(Started{FileFormat::doc}) + encode(FileFormat::doc, "abc", true));
  ASSERT_TRUE(decoder.next());
  auto record = decoder.next();
  ASSERT_TRUE(record && *record);
  const auto& piece = std::get<ConversionPiece>(**record);
  EXPECT_EQ(piece.format, FileFormat::doc);
  EXPECT_EQ(piece.bytes, "abc");
  EXPECT_TRUE(piece.is_last);

  auto started = encode(Started{FileFormat::eml});
  EXPECT_EQ(rejection(started + encode(FileFormat::pdf, "abc", true)), "nothing to convert");
  auto many = started;
  for (int i = 0; i <= conversions_max; ++i) many += encode(FileFormat::ppt, "abc", true);
  EXPECT_EQ(rejection(many), "too many documents to convert");
  auto large = started;
  std::string full(file_piece_bytes_max, 'a');
  for (std::size_t sent = 0; sent <= conversion_input_bytes_max; sent += full.size())
    large += encode(FileFormat::doc, full, false);
  EXPECT_EQ(rejection(large), "document too large to convert");
}

TEST(Protocol, carries_replies_to_conversions) {
  auto send = [](const std::string& bytes) {
    int ends[2] = {};
    EXPECT_EQ(pipe(ends), 0);
    EXPECT_EQ(write(ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    close(ends[1]);
    auto reply = read_reply(ends[0]);
    close(ends[0]);
    return reply;
  };
  auto whole = encode_reply(Converted{.format = FileFormat::docx, .bytes = "abc"});

  auto converted = send(whole);
  ASSERT_TRUE(converted);
  EXPECT_EQ(converted->format, FileFormat::docx);
  EXPECT_EQ(converted->bytes, "abc");
  auto failed = send(encode_reply(fail(ErrorCode::timeout, "Too long")));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::timeout);
  EXPECT_EQ(failed.error().message, "Too long");
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(send(whole.substr(0, size)).error().code, ErrorCode::unavailable);
  EXPECT_EQ(send(std::string("\xFF\x01\xFF\xFF\xFF\x7F", 6)).error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace aiva::documents
