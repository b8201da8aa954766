// SPDX-License-Identifier: Apache-2.0
// A Connector without any stack, messages for it, and the names of what it records.
#pragma once
#include <string>
#include <vector>

#include "stack/net/connector.h"
#include "stack/trace/memory_sink.h"

namespace flapjack::test {

using CnBytes = std::vector<std::uint8_t>;

inline CnBytes cn_message(CnId id, std::uint32_t seq = 1, std::uint32_t ack = 0,
                          std::size_t data = 0) {
  CnBytes bytes(kCnHeaderBytes + data, 0x55);
  CnMsgHeader{id, seq, ack, static_cast<std::uint16_t>(data), 0}.emit(bytes);
  return bytes;
}

struct CnBus {
  explicit CnBus(const ConnectorConfig& config = {}, bool init = true)
      : connector(tracer, tracer.subject("n"), config) {
    tracer.add_sink(sink);
    if (init) connector.init();
  }
  std::unique_ptr<CnSocket> open(const CnSocketConfig& config = {}) {
    auto made = connector.open(config);
    return made.ok() ? std::move(made.value()) : nullptr;
  }
  /// The headers of all messages that wait, taken out.
  static std::vector<CnMsgHeader> read(CnSocket& socket) {
    std::vector<CnMsgHeader> headers;
    for (auto got = socket.recv(); got.ok(); got = socket.recv()) {
      CnMsgReader reader(got.value().bytes());
      while (reader.next()) headers.push_back(reader.header());
    }
    return headers;
  }
  std::size_t events(std::string_view name) const {
    std::size_t count = 0;
    for (const auto& record : sink.records) count += record.name == name ? 1 : 0;
    return count;
  }

  Scheduler scheduler;
  Tracer tracer{scheduler};
  MemorySink sink;
  Connector connector;
};

}  // namespace flapjack::test
