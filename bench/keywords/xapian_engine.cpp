#include <xapian.h>

#include <cstdlib>
#include <filesystem>

#include "corpus.h"
#include "engine.h"

namespace aiva::bench {
namespace {

class XapianEngine final : public Engine {
 public:
  XapianEngine() {
    auto folder = (std::filesystem::temp_directory_path() / "keywords-bench-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) std::abort();
    folder_ = folder;
  }
  ~XapianEngine() override {
    index_.close();
    std::filesystem::remove_all(folder_);
  }
  [[nodiscard]] std::string name() const override { return "Xapian BM25"; }
  void build(const Texts& texts) override {
    auto path = (folder_ / "index").string();
    Xapian::WritableDatabase writer(path, Xapian::DB_CREATE_OR_OVERWRITE);
    for (const auto& text : texts) {
      Xapian::Document document;
      Xapian::termpos place = 0;
      for (auto word : split_text(text)) document.add_posting(std::string(word), ++place);
      writer.add_document(document);
    }
    writer.commit();
    writer.close();
    index_ = Xapian::Database(path);
  }
  [[nodiscard]] std::size_t bytes() const override {
    std::size_t bytes = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder_))
      if (file.is_regular_file()) bytes += file.file_size();
    return bytes;
  }
  std::vector<std::uint32_t> search(const std::string& query, std::size_t count_max) override {
    std::vector<std::string> words;
    for (auto word : split_text(query)) words.emplace_back(word);
    Xapian::Enquire enquire(index_);
    enquire.set_query(Xapian::Query(Xapian::Query::OP_OR, words.begin(), words.end()));
    enquire.set_weighting_scheme(Xapian::BM25Weight(1.2, 0, 1, 0.75, 0));
    std::vector<std::uint32_t> rows;
    auto found = enquire.get_mset(0, static_cast<Xapian::doccount>(count_max));
    for (auto each = found.begin(); each != found.end(); ++each) rows.push_back(*each - 1);
    return rows;
  }

 private:
  std::filesystem::path folder_;
  Xapian::Database index_;
};

}  // namespace

std::unique_ptr<Engine> make_xapian_engine() { return std::make_unique<XapianEngine>(); }

}  // namespace aiva::bench
