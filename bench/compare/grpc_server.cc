/* SPDX-License-Identifier: MIT */
/* gRPC's C++ callback server over a map in memory. --data and --at as of the load generators; --at
 * is 127.0.0.1:PORT or unix:PATH, or both with a comma between. Ends with SIGTERM. */
#include <grpcpp/grpcpp.h>
#include <signal.h>

#include <string>
#include <unordered_map>

#include "bench/compare/peer.h"
#include "compare.grpc.pb.h"

namespace {

class Figures final : public compare::Figures::CallbackService {
public:
  explicit Figures(const peer &peer) {
    for (size_t i = 0; i < peer.n_series; i++)
      latest_[peer.series[i].key] = peer_observation(&peer.series[i], peer.series[i].n - 1);
  }

  grpc::ServerUnaryReactor *GetLatest(grpc::CallbackServerContext *context,
                                      const compare::LatestRequest *request,
                                      compare::LatestReply *reply) override {
    grpc::ServerUnaryReactor *reactor = context->DefaultReactor();
    const auto found = latest_.find(request->key());
    if (found == latest_.end()) {
      reactor->Finish(grpc::Status(grpc::StatusCode::NOT_FOUND, "no such series"));
      return reactor;
    }
    reply->set_period(found->second.period);
    reply->set_value(found->second.value);
    reply->set_status("A");
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

private:
  std::unordered_map<std::string, peer_record> latest_;
};

void listen(grpc::ServerBuilder *builder, const std::string &addresses) {
  for (size_t begin = 0; begin <= addresses.size();) {
    const size_t end = std::min(addresses.find(',', begin), addresses.size());
    builder->AddListeningPort(addresses.substr(begin, end - begin),
                              grpc::InsecureServerCredentials());
    begin = end + 1;
  }
}

} // namespace

int main(int argc, char **argv) {
  struct peer peer;
  sigset_t signals;
  int number = 0;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  peer_open(&peer, argc, argv);
  peer_must(peer.at != nullptr, "--at is needed");
  Figures figures(peer);
  grpc::ServerBuilder builder;
  listen(&builder, peer.at);
  builder.RegisterService(&figures);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  peer_must(server != nullptr, "the server does not start");
  sigwait(&signals, &number);
  server->Shutdown();
  return 0;
}
