#include "documents/xml/xml_reader.h"

#include <gtest/gtest.h>

#include <string>

namespace aiva::documents {
namespace {

// The events of an XML text, one a word, and what failed.
std::string events_of(std::string_view text, const XmlOptions& options = {}) {
  XmlReader xml(text, options);
  std::string out;
  for (;;) {
    auto event = xml.next();
    if (!event) return out + "! " + event.error().message;
    switch (*event) {
      case XmlEvent::start: out += "<" + std::string(xml.name()) + " "; break;
      case XmlEvent::end: out += ">" + std::string(xml.name()) + " "; break;
      case XmlEvent::text: out += "'" + std::string(xml.text()) + "' "; break;
      case XmlEvent::done: return out;
    }
  }
}

std::string repeat(std::string_view piece, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += piece;
  return out;
}

TEST(XmlReader, gives_elements_and_text_in_order) {
  EXPECT_EQ(events_of("<?xml version='1.0'?>\n<w:a x='1'>one<b/><!-- c --> two </w:a>\n"),
            "<a 'one' <b >b ' two ' >a ");
}

TEST(XmlReader, decodes_entities_and_character_data) {
  EXPECT_EQ(events_of("<a>&lt;b&gt; &amp;&quot;&apos; &#65;&#x42;<![CDATA[<&amp;]]></a>"),
            "<a '<b> &\"' AB' '<&amp;' >a ");
}

TEST(XmlReader, gives_attributes_with_and_without_prefix) {
  XmlReader xml("<p:slide r:id = \"rId2\" id='7' name='a &amp; b' alt='c &lt; d' empty=''/>");
  ASSERT_EQ(xml.next().value_or(XmlEvent::done), XmlEvent::start);
  EXPECT_EQ(xml.prefix(), "p");
  EXPECT_EQ(xml.attribute("id"), "7");
  EXPECT_EQ(xml.prefixed_attribute("id"), "rId2");
  auto name = xml.attribute("name");
  EXPECT_EQ(xml.attribute("alt"), "c < d");
  EXPECT_EQ(name, "a & b");
  EXPECT_TRUE(xml.has_attribute("empty"));
  EXPECT_FALSE(xml.has_attribute("d"));
  EXPECT_EQ(xml.attribute("d"), "");
}

TEST(XmlReader, walks_down_by_descent) {
  XmlReader xml("<r><skip><x>no</x></skip><t>a<i>b</i>c</t><u><v/></u><t/></r>");
  std::string seen;

  auto done = xml.for_each_child([&](std::string_view) -> Result<void> {
    return xml.for_each_child([&](std::string_view name) -> Result<void> {
      seen += std::string(name) + ":";
      if (name == "skip") return xml.skip();
      if (name != "t") return {};
      TRY(auto text, xml.read_text());
      seen += text + " ";
      return {};
    });
  });

  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(seen, "skip:t:abc u:t: ");
  EXPECT_EQ(xml.depth(), 0);
}

TEST(XmlReader, refuses_what_is_not_well_formed) {
  for (std::string_view text : {"",
                                "   ",
                                "<a>",
                                "<a><b></a></b>",
                                "</a>",
                                "<a></a><b/>",
                                "<a b></a>",
                                "<a b=c/>",
                                "text",
                                "<a>x",
                                "<a b='1",
                                "<",
                                "< a/>",
                                "<a/ >",
                                "<a/>x",
                                "<a><![CDATA[x",
                                "<!-- x",
                                "<a>&#x;</a>",
                                "<a>&#99999999999;</a>",
                                "<a>& b</a>",
                                "<!ELEMENT a>",
                                "<a b='&what;'/>",
                                "<a>&nbsp;</a>"})
    EXPECT_TRUE(events_of(text).contains("!")) << text;
}

TEST(XmlReader, refuses_document_types) {
  auto bomb = "<!DOCTYPE a [<!ENTITY x 'ha'><!ENTITY y '&x;&x;'>]><a>&y;</a>";
  EXPECT_TRUE(events_of(bomb).contains("DTD"));
  EXPECT_TRUE(events_of(bomb, {.skips_doctype = true}).contains("DTD"));
  EXPECT_TRUE(events_of("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>").contains("DTD"));
  EXPECT_EQ(events_of("<!DOCTYPE ncx PUBLIC 'x' 'y'><a/>", {.skips_doctype = true}), "<a >a ");
  EXPECT_TRUE(events_of("<a><!DOCTYPE a></a>", {.skips_doctype = true}).contains("DTD"));
}

TEST(XmlReader, refuses_deep_nesting) {
  EXPECT_TRUE(events_of(repeat("<a>", 512) + repeat("</a>", 512)).ends_with(">a "));
  EXPECT_TRUE(events_of(repeat("<a>", 513)).contains("nests deeper"));
}

TEST(XmlReader, refuses_too_many_attributes) {
  EXPECT_TRUE(events_of("<a " + repeat("b='' ", 5000) + "/>").contains("too many attributes"));
}

TEST(XmlReader, survives_any_wrong_byte) {
  std::string whole =
      "<?xml version='1.0'?><w:a x=\"1\" y='&lt;'>t &amp; u<b/><![CDATA[c]]><!-- d --></w:a>";
  int failures = 0;
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (char byte : {'<', '>', '&', '\0', '\xFF', '"', '/', '!'}) {
      auto text = whole;
      text[at] = byte;
      failures += events_of(text).contains('!') ? 1 : 0;
      failures += events_of(text.substr(0, at)).contains('!') ? 1 : 0;
    }
  EXPECT_GT(failures, 300);
}

TEST(DecodeXml, understands_byte_order_marks_and_declared_charsets) {
  auto decode = [](std::string bytes) { return decode_xml(std::move(bytes)).value_or("failed"); };
  EXPECT_EQ(decode("\xEF\xBB\xBF<a/>"), "<a/>");
  EXPECT_EQ(decode(std::string("\xFF\xFE<\0a\0/\0>\0", 10)), "<a/>");
  EXPECT_EQ(decode(std::string("\0<\0a\0/\0>", 8)), "<a/>");
  EXPECT_EQ(decode("<?xml version='1.0' encoding='windows-1251'?><a>\xCF</a>"),
            "<?xml version='1.0' encoding='windows-1251'?><a>П</a>");
}

}  // namespace
}  // namespace aiva::documents
