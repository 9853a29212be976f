// Threads for the native functions that compiled functions call.
// Promise: each part of a job runs once, on any thread; a job never waits for a helper that has not started.
#pragma once
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

namespace stet {

// Threads that help with one job at a time.
class Helpers {
 public:
  static Helpers& Global() {
    static Helpers* helpers = new Helpers(std::max(1u, std::thread::hardware_concurrency()) - 1);
    return *helpers;
  }

  // Runs part(0) … part(count - 1), each once. If another job is using the helpers, the caller's thread runs them all.
  void Run(int64_t count, const std::function<void(int64_t)>& part) {
    std::unique_lock<std::mutex> turn(turn_, std::try_to_lock);
    if (!turn.owns_lock() || count < 2) {
      for (int64_t i = 0; i < count; i++) part(i);
      return;
    }
    part_ = &part;
    count_ = count;
    next_ = 0;
    open_ = true;
    round_++;
    if (sleeping_ > 0) {
      std::lock_guard<std::mutex> lock(sleep_);
      wake_.notify_all();
    }
    TakeParts();
    open_ = false;
    while (inside_ > 0) Pause();
  }

 private:
  explicit Helpers(unsigned threads) {
    for (unsigned i = 0; i < threads; i++) std::thread([this] { Help(); }).detach();
  }

  static void Pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }

  void TakeParts() {
    for (int64_t i = next_++; i < count_; i = next_++) (*part_)(i);
  }

  void Help() {
    for (uint64_t seen = 0;; seen = AwaitRoundAfter(seen)) {
      inside_++;
      if (open_) TakeParts();
      inside_--;
    }
  }

  // The next product of a decode step follows within microseconds, so a helper spins for a while before it sleeps.
  uint64_t AwaitRoundAfter(uint64_t seen) {
    for (int spin = 0; spin < 1000; spin++) {
      if (round_ != seen) return round_;
      Pause();
    }
    std::unique_lock<std::mutex> lock(sleep_);
    sleeping_++;
    wake_.wait(lock, [&] { return round_ != seen; });
    sleeping_--;
    return round_;
  }

  std::mutex turn_, sleep_;
  std::condition_variable wake_;
  const std::function<void(int64_t)>* part_ = nullptr;
  int64_t count_ = 0;
  std::atomic<int64_t> next_{0};
  std::atomic<uint64_t> round_{0};
  std::atomic<int> inside_{0}, sleeping_{0};
  std::atomic<bool> open_{false};
};

}  // namespace stet
