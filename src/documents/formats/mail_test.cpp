#include <gtest/gtest.h>

#include <string>

#include "documents/formats/mail_headers.h"
#include "documents/formats/mail_parts.h"
#include "documents/testing/load_picture.h"
#include "documents/testing/read_into_text.h"
#include "foundation/crypto.h"

namespace aiva::documents {
namespace {

const std::string head =
    "Received: from x\r\nFrom: Ada <ada@example.com>\r\nTo: bob@example.com\r\n"
    "Date: Mon, 23 Nov 2026 18:12:45 +0000\r\nMIME-Version: 1.0\r\n";
const std::string head_blocks =
    "p1 paragraph: From: Ada <ada@example.com>\nTo: bob@example.com\n"
    "Date: Mon, 23 Nov 2026 18:12:45 +0000\n";

std::string read(std::string_view mail) {
  auto reading = read_into_text(mail, "a.eml");
  return reading.error ? "failed: " + reading.error->message : reading.text();
}

std::string part(std::string_view type, std::string_view body, std::string_view more = "") {
  return "--B\r\nContent-Type: " + std::string(type) + "\r\n" + std::string(more) + "\r\n" +
         std::string(body) + "\r\n";
}

std::string mixed(std::string_view kind, std::string_view parts) {
  return head + "Subject: S\r\nContent-Type: multipart/" + std::string(kind) +
         "; boundary=\"B\"\r\n\r\npreamble\r\n" + std::string(parts) + "--B--\r\nepilogue";
}

TEST(Mail, puts_out_subject_people_and_text) {
  EXPECT_EQ(read(head + "Subject: Offer\r\n\r\nHello Bob,\r\n\r\nhere it is.\r\n"),
            "p1 heading 1: Offer\n" + head_blocks +
                "p1 paragraph: Hello Bob,\np1 paragraph: here it is.\n");
}

TEST(Mail, decodes_headers_as_rfc_2047_says) {
  EXPECT_EQ(decode_encoded_words("=?ISO-8859-1?Q?Gr=FC=DFe_aus?= =?UTF-8?B?IEvDtmxu?= (x)"),
            "Grüße aus Köln (x)");
  EXPECT_EQ(decode_encoded_words("=?utf-8?B?4oI=?= =?utf-8?B?rA==?="), "€");
  EXPECT_EQ(decode_encoded_words("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?="), "日本");
  EXPECT_EQ(decode_encoded_words("a =?b =?x?z?c?= d"), "a =?b =?x?z?c?= d");
  EXPECT_EQ(decode_encoded_words("=?utf-8*en?q?a?="), "a");
}

TEST(Mail, unfolds_headers) {
  EXPECT_TRUE(read(head + "Subject: One\r\n two\r\n\tthree\r\n\r\nx")
                  .starts_with("p1 heading 1: One two three\n"));
}

TEST(Mail, reads_parameters_as_rfc_2231_says) {
  auto value = parse_mail_value(
      "Attachment; filename*0*=utf-8'de'%C3%9Cber; filename*1=\"sicht.pdf\"; "
      "x=\"a\\\"b;c\"; y = z");
  EXPECT_EQ(value.value, "attachment");
  EXPECT_EQ(value.parameter("filename"), "Übersicht.pdf");
  EXPECT_EQ(value.parameter("x"), "a\"b;c");
  EXPECT_EQ(value.parameter("y"), "z");
}

TEST(Mail, decodes_transfer_encodings_and_charsets) {
  EXPECT_TRUE(read(head + "Content-Type: text/plain; charset=iso-8859-1\r\n"
                          "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                          "Gr=FC=DFe und ein lan=\r\nges Wort=20\r\n")
                  .ends_with("p1 paragraph: Grüße und ein langes Wort\n"));
  EXPECT_TRUE(read(head + "Content-Type: text/plain; charset=utf-8\r\n"
                          "Content-Transfer-Encoding: base64\r\n\r\nR3LDvMOf\r\nZQ==\r\n")
                  .ends_with("p1 paragraph: Grüße\n"));
}

TEST(Mail, keeps_quotations_and_the_signature_apart) {
  EXPECT_EQ(
      read(head + "\r\nYes.\r\n\r\n> Shall we?\r\n> > Old\r\n\r\nBye\r\n-- \r\nAda, Bonn\r\n"),
      head_blocks +
          "p1 paragraph: Yes.\np1 quote: Shall we?\nOld\np1 paragraph: Bye\n"
          "p1 quote: Ada, Bonn\n");
}

TEST(Mail, joins_flowed_lines) {
  EXPECT_TRUE(
      read(head + "Content-Type: text/plain; format=flowed\r\n\r\nOne \r\nlong \r\nline.\r\n")
          .ends_with("p1 paragraph: One long line.\n"));
}

TEST(Mail, takes_one_of_several_forms) {
  EXPECT_TRUE(
      read(mixed("alternative", part("text/plain", "plain") + part("text/html", "<p>rich</p>")))
          .ends_with("+0000\np1 paragraph: plain\n"));
  EXPECT_TRUE(read(mixed("alternative",
                         part("text/plain", " ") + part("text/html", "<h1>Big</h1><p>rich</p>")))
                  .ends_with("+0000\np1 heading 2: Big\np1 paragraph: rich\n"));
}

TEST(Mail, reads_attachments_with_the_other_formats) {
  auto mail = mixed("mixed", part("text/plain", "See below") +
                                 part("text/csv; name=parts.csv", "part,price\r\nBolt,1\r\nNut,2",
                                      "Content-Disposition: attachment\r\n") +
                                 part("application/octet-stream", "\x01\x02\x03",
                                      "Content-Disposition: attachment; filename=\"a/b.bin\"\r\n"));
  EXPECT_EQ(read(mail), "p1 heading 1: S\n" + head_blocks +
                            "p1 paragraph: See below\np1 heading 2: parts.csv\n"
                            "p1 table (header 1): part | price\nBolt | 1\nNut | 2\n"
                            "p1 heading 2: b.bin\n"
                            "p1 paragraph: The attachment could not be read: The file is of a type "
                            "AIVA cannot read.\n");
}

TEST(Mail, takes_a_photograph_of_a_telephone_for_an_image) {
  auto mail =
      mixed("mixed", part("text/plain", "See the photograph") +
                         part("image/heic; name=IMG_1.HEIC", to_base64(load_picture("plain.heic")),
                              "Content-Transfer-Encoding: base64\r\n"
                              "Content-Disposition: attachment\r\n"));

  EXPECT_EQ(read(mail), "p1 heading 1: S\n" + head_blocks + "p1 paragraph: See the photograph\n");
}

TEST(Mail, reads_mails_within_mails_to_a_depth) {
  std::string mail = head + "Subject: inner 5\r\n\r\ntext 5";
  for (int i = 4; i >= 0; --i) {
    auto boundary = "B" + std::to_string(i);
    mail = head + "Subject: inner " + std::to_string(i) +
           "\r\nContent-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary +
           "\r\n\r\ntext " + std::to_string(i) + "\r\n--" + boundary +
           "\r\nContent-Type: message/rfc822\r\n\r\n" + mail + "\r\n--" + boundary + "--\r\n";
  }
  auto text = read(mail);
  EXPECT_TRUE(text.contains("p1 heading 5: inner 2\n")) << text;
  EXPECT_TRUE(text.contains("text 3")) << text;
  EXPECT_FALSE(text.contains("text 4")) << text;
  EXPECT_TRUE(text.contains("It lies too deep inside other documents")) << text;
}

TEST(Mail, says_that_an_encrypted_mail_cannot_be_read) {
  EXPECT_TRUE(read(mixed("encrypted", part("application/pgp-encrypted", "Version: 1") +
                                          part("application/octet-stream", "-----BEGIN PGP")))
                  .ends_with("p1 paragraph: The mail is encrypted and cannot be read.\n"));
}

TEST(Mail, survives_parts_without_end) {
  std::string bomb = head;
  for (int i = 0; i < 3000; ++i)
    bomb += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\r\n\r\n--b" +
            std::to_string(i) + "\r\n";
  auto tree = parse_mail(bomb);
  EXPECT_TRUE(tree.is_cut);
  EXPECT_FALSE(read_into_text(bomb, "a.eml").error);
}

TEST(Mail, leaves_parts_above_the_limit_out_and_says_so) {
  std::string parts;
  for (int i = 0; i < 5000; ++i) parts += part("text/plain", "t" + std::to_string(i) + ".");
  auto text = read(mixed("mixed", parts));
  EXPECT_TRUE(text.contains("t900."));
  EXPECT_FALSE(text.contains("t2000."));
  EXPECT_TRUE(text.ends_with("The mail has more parts; they were left out.\n"));
}

TEST(Mail, survives_any_changed_byte) {
  auto whole =
      mixed("mixed", part("text/plain; charset=\"utf-8\"; format=flowed", "> q\r\nx \r\ny") +
                         part("text/html", "<p>a</p>", "Content-Disposition: inline\r\n") +
                         part("text/csv; name*=utf-8''a%20b.csv",
                              "YSxiCjEsMgozLDQ=", "Content-Transfer-Encoding: base64\r\n"));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (char c : {'\n', '"', '=', ';', '\xFF'}) {
      auto changed = whole;
      changed[i] = c;
      auto reading = read_into_text(changed, "a.eml");
      EXPECT_FALSE(reading.error && reading.error->code == ErrorCode::internal);
    }
  }
}

std::string mailbox_of(int mails) {
  std::string box;
  for (int i = 0; i < mails; ++i)
    box += "From ada@example.com Mon Nov 23 18:12:45 2026\nFrom: ada\nSubject: mail " +
           std::to_string(i) + "\n\n>From here\ntext\n\n";
  return box;
}

TEST(Mailbox, has_a_page_for_each_mail) {
  auto reading = read_into_text(mailbox_of(2), "a.mbox");
  EXPECT_EQ(reading.text(),
            "p1 heading 1: mail 0\np1 paragraph: From: ada\np1 paragraph: From here\ntext\n"
            "p2 heading 1: mail 1\np2 paragraph: From: ada\np2 paragraph: From here\ntext\n");
  EXPECT_EQ(reading.summary.pages, 2);
  EXPECT_EQ(reading.summary.format, FileFormat::mbox);
}

TEST(Mailbox, reads_as_many_of_100000_mails_as_pages_are_allowed) {
  auto reading = read_into_text(mailbox_of(100'000), "a.mbox", {.pages_max = 2000});
  ASSERT_FALSE(reading.error);
  EXPECT_EQ(reading.summary.pages, 100'000);
  EXPECT_EQ(reading.summary.pages_read, 2000);
  EXPECT_EQ(reading.blocks.back().page, 2000);
  EXPECT_EQ(reading.summary.partial_reason, "Only the first 2000 mails were read");
}

}  // namespace
}  // namespace aiva::documents
