// SPDX-License-Identifier: Apache-2.0
// A device that does the stack's checksums: what is on the wire, and who drops a bad one.
#include "stack/trace/hop.h"
#include "stack/wire/bytes.h"
#include "stack/wire/frame_checksums.h"
#include "tests/scenarios/run_fixture.h"

namespace flapjack {
namespace {

/// What the drivers were given and what came onto the link.
class WireSink : public TraceSink {
 public:
  void record(const Tracer&, const TraceRecord& record) override {
    if (record.kind != TraceKind::Hop) return;
    const auto bytes = record.frame->bytes();
    constexpr std::size_t kSumAt = 14 + 40 + 6;  // of UDP over IPv6
    const bool udp6 = bytes.size() > kSumAt + 2 && bytes[12] == 0x86 && bytes[20] == 17;
    if (record.name == hop_name(Hop::DriverTx) && udp6) {
      ++given;
      unfilled += wire::load16(&bytes[kSumAt]) == 0;
    }
    if (record.name != hop_name(Hop::LinkIn)) return;
    ++carried;
    wrong += !frame_checksums_hold(bytes);
  }
  int given = 0, unfilled = 0, carried = 0, wrong = 0;
};

struct Offloaded {
  explicit Offloaded(const std::string& offload, const std::string& corrupt = {}) {
    const std::string key =
        offload.empty() ? "" : R"(, "checksum_offload": ")" + offload + "\"";
    const SourceFile file("t.json", R"({ "until": "20s", "nodes": {
      "dev": { "ifaces": { "eth0": { "ipv4": "10.0.0.2/24", "ipv6": "2001:db8::2/64")" + key +
                                        R"( } },
        "apps": { "four": { "udp_ping": "10.0.0.1:7", "every": "100ms", "from": "1s" },
                  "six": { "udp_ping": "[2001:db8::1]:7", "every": "100ms", "from": "1s" } } },
      "srv": { "ifaces": { "eth0": { "ipv4": "10.0.0.1/24", "ipv6": "2001:db8::1/64")" + key +
                                        R"( } }, "services": ["udp_echo:7"] } },
      "links": { "wire": { "between": ["dev.eth0", "srv.eth0"])" + corrupt + " } } }");
    const Registry registry = builtin_registry();
    DiagnosticSink sink;
    const auto spec = load_scenario(file, registry.vocabulary(), sink);
    RunOptions options;
    options.sinks = {{&wire, TraceMask::all()}, {&trace, TraceMask::all()}};
    if (spec) report = run_scenario(*spec, registry, options, sink);
    EXPECT_TRUE(report) << render(file, sink);
  }
  std::vector<std::uint64_t> delivered() const {
    std::vector<std::uint64_t> counts;
    for (const AppReport& app : report->apps) counts.push_back(app.counts.delivered);
    return counts;
  }
  /// Bad checksums that the device noticed: the frame never came out of it.
  int dropped_by_device() const {
    int count = 0;
    for (const KeptRecord& r : trace.records) {
      if (r.kind != TraceKind::Drop || r.attr("reason") != "bad_checksum") continue;
      const bool came_up = std::any_of(
          trace.records.begin(), trace.records.end(), [&r](const KeptRecord& other) {
            return other.name == hop_name(Hop::DriverRx) && other.packet == r.packet;
          });
      count += !came_up;
    }
    return count;
  }
  WireSink wire;
  MemorySink trace;
  std::optional<RunReport> report;
};

TEST(ChecksumOffload, TheWireCarriesRightSumsWhoeverWroteThem) {
  for (const char* offload : {"", "tx", "rx", "both"}) {
    const Offloaded run(offload);
    const bool by_device = std::string(offload) == "tx" || std::string(offload) == "both";
    EXPECT_GT(run.wire.given, 100) << offload;
    EXPECT_EQ(run.wire.unfilled, by_device ? run.wire.given : 0) << offload;
    EXPECT_GT(run.wire.carried, 100) << offload;
    EXPECT_EQ(run.wire.wrong, 0) << offload;
    EXPECT_EQ(run.delivered(), Offloaded("").delivered()) << offload;
  }
}

TEST(ChecksumOffload, ABadSumReachesNobody) {
  const Offloaded without("", R"(, "corrupt": "20%")"), with("rx", R"(, "corrupt": "20%")");
  EXPECT_EQ(with.delivered(), without.delivered());
  EXPECT_EQ(without.dropped_by_device(), 0);
  EXPECT_GT(with.dropped_by_device(), 20);
}

}  // namespace
}  // namespace flapjack
