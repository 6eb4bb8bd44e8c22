/* SPDX-License-Identifier: MIT */
/* gRPC: unary calls of the C++ callback API, --depth of them under way over --connections channels,
 * each begun by the callback of the one before it. */
#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "bench/compare/peer.h"
#include "compare.grpc.pb.h"

namespace {

/* How many calls are still going on. */
class Countdown {
public:
  explicit Countdown(size_t n) : n_(n) {
  }
  void Down() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (--n_ == 0)
      ended_.notify_one();
  }
  void Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    ended_.wait(lock, [this] { return n_ == 0; });
  }

private:
  std::mutex mutex_;
  std::condition_variable ended_;
  size_t n_;
};

/* One call under way, again and again; what it counts is its own until the end. */
class Asker {
public:
  Asker(const peer_lane &lane, uint32_t index, compare::Figures::Stub *stub, Countdown *running)
      : lane_(lane), stub_(stub), running_(running) {
    lane_.random = index + 1;
  }

  void Ask() {
    series_ = peer_draw(&lane_);
    request_.set_key(series_->key, series_->key_size);
    lane_.request_bytes += request_.ByteSizeLong();
    sent_ns_ = peer_now_ns();
    context_ = std::make_unique<grpc::ClientContext>();
    stub_->async()->GetLatest(context_.get(), &request_, &reply_,
                              [this](const grpc::Status &status) { Answered(status); });
  }

  void AddTo(peer_lane *lane) const {
    lane->items += lane_.items;
    lane->observations += lane_.observations;
    lane->request_bytes += lane_.request_bytes;
    lane->reply_bytes += lane_.reply_bytes;
    histogram_merge(&lane->latencies, &lane_.latencies);
  }

private:
  void Answered(const grpc::Status &status) {
    peer_must(status.ok(), status.error_message().c_str());
    peer_check(series_, series_->n - 1, reply_.period(), reply_.value());
    peer_count(&lane_, sent_ns_, 1, 1);
    lane_.reply_bytes += reply_.ByteSizeLong();
    if (peer_now_ns() < lane_.until_ns)
      Ask();
    else
      running_->Down();
  }

  peer_lane lane_;
  compare::Figures::Stub *stub_;
  Countdown *running_;
  const peer_series *series_ = nullptr;
  uint64_t sent_ns_ = 0;
  compare::LatestRequest request_;
  compare::LatestReply reply_;
  std::unique_ptr<grpc::ClientContext> context_;
};

/* Each with a connection of its own. */
std::vector<std::unique_ptr<compare::Figures::Stub>> Connect(const peer &peer) {
  std::vector<std::unique_ptr<compare::Figures::Stub>> stubs;
  for (uint32_t i = 0; i < peer.connections; i++) {
    grpc::ChannelArguments arguments;
    arguments.SetInt("compare.number", static_cast<int>(i));
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto channel =
        grpc::CreateCustomChannel(peer.at, grpc::InsecureChannelCredentials(), arguments);
    peer_must(
        channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(10)),
        "no connection");
    stubs.push_back(compare::Figures::NewStub(channel));
  }
  return stubs;
}

/* Channels and askers are left alone at the end: the last callbacks may still be returning. */
void Work(peer_lane *lane) {
  const peer &peer = *lane->peer;
  auto *stubs = new auto(Connect(peer));
  auto *askers = new std::vector<std::unique_ptr<Asker>>;
  auto *running = new Countdown(peer.depth);
  peer_ready(lane);
  for (uint32_t i = 0; i < peer.depth; i++)
    askers->push_back(
        std::make_unique<Asker>(*lane, i, (*stubs)[i % stubs->size()].get(), running));
  for (const auto &asker : *askers)
    asker->Ask();
  running->Wait();
  for (const auto &asker : *askers)
    asker->AddTo(lane);
}

} // namespace

int main(int argc, char **argv) {
  struct peer peer;
  peer_open(&peer, argc, argv);
  peer_must(peer.at != nullptr && peer.n_series > 0, "--at and --data are needed");
  return peer_run(&peer, Work);
}
