#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "retrieval/keywords/analysis.h"

namespace aiva::retrieval {

// Analyzers are costly to make and for one thread at a time: here they are lent and come back. Must
// outlive what it lends. Any thread.
class AnalyzerPool {
 public:
  class Lease {
   public:
    explicit Lease(AnalyzerPool& pool) : pool_(&pool), analyzer_(pool.take()) {}
    ~Lease() {
      if (analyzer_ != nullptr) pool_->give_back(std::move(analyzer_));
    }
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    Analyzer& operator*() const { return *analyzer_; }

   private:
    AnalyzerPool* pool_;
    std::unique_ptr<Analyzer> analyzer_;
  };

  [[nodiscard]] Lease lend() { return Lease(*this); }

 private:
  std::unique_ptr<Analyzer> take() {
    {
      std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto analyzer = std::move(idle_.back());
        idle_.pop_back();
        return analyzer;
      }
    }
    return std::make_unique<Analyzer>();
  }
  void give_back(std::unique_ptr<Analyzer> analyzer) {
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(analyzer));
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<Analyzer>> idle_;  // at most as many as were ever lent at once
};

}  // namespace aiva::retrieval
