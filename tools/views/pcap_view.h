// SPDX-License-Identifier: Apache-2.0
// PcapView: a run as a pcapng file that Wireshark, tshark and others read without a plugin. Frames
// with their packet id, the reason of a drop as a comment of the frame, addresses with the names of
// their nodes, and the events of the run as rows of their own (an interface whose rows are syslog
// lines, link type 252). Times are simulated: 0 is the start of the run.
//
// What is captured (--pcap-scope):
//   links   each frame once, as it enters its medium (hop link_in)
//   ifaces  each frame at the drivers: driver_tx is outbound, driver_rx inbound
//   events  events, steps, verdicts, and drops of packets that no row shows
#pragma once
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tools/views/pcapng.h"
#include "tools/views/run_view.h"

namespace flapjack {

struct PcapScope {
  bool links = true, ifaces = false, events = true;
  /// A comma-separated list of the words above, or "all"; empty optional for other words, of which
  /// the first goes to `wrong`.
  static std::optional<PcapScope> parse(const std::string& text, std::string* wrong = nullptr);
};

class PcapView : public RunView, public TraceSink {
 public:
  /// `path`: the file to write, "-" for stdout.
  PcapView(std::string path, PcapScope scope) : path_(std::move(path)), scope_(scope) {}
  ~PcapView() override;

  TraceSink* sink() override { return this; }
  TraceMask mask() const override;
  /// Opens the file; false, and why on stderr, when it cannot be written or is the scenario itself.
  /// With "-", whatever else goes to stdout goes to stderr from here on.
  bool begin(const RunInfo& info) override;
  void record(const Tracer& tracer, const TraceRecord& record) override;
  bool end(const RunInfo& info, const RunReport& report) override;

 private:
  struct Channel {
    std::uint32_t interface = 0;
    bool is_link = false, is_ppp_link = false;
    std::uint64_t seen = 0, dropped = 0;
  };
  // The latest frame; written when the next row comes, so that its drop can become its comment.
  struct Row {
    Channel* channel = nullptr;  // null: there is none
    SimTime at;
    PacketId packet;
    PcapngDirection direction = PcapngDirection::Unknown;
    std::vector<std::uint8_t> bytes;
    std::vector<std::string> comments;
  };

  bool open(const RunInfo& info);
  void add_channels(const RunInfo& info);
  void add_names(const ScenarioSpec& spec);
  void add_channel(bool is_link, const PcapngInterface& interface);
  Channel* channel_of(const Tracer& tracer, SubjectId subject);
  void on_hop(const Tracer& tracer, const TraceRecord& record);
  void on_drop(const Tracer& tracer, const TraceRecord& record);
  void on_event(const Tracer& tracer, const TraceRecord& record);
  void take_name(const Tracer& tracer, const TraceRecord& record);
  void begin_row(Channel& channel, const TraceRecord& record, PcapngDirection direction);
  void flush_row();

  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string path_;
  PcapScope scope_;
  std::unique_ptr<std::FILE, Close> file_;
  std::unique_ptr<PcapngWriter> writer_;
  std::map<std::string, Channel, std::less<>> channels_;  // by subject
  std::vector<Channel*> by_subject_;  // found channels; by SubjectId
  std::vector<bool> looked_up_;
  Channel events_;
  std::map<IpAddress, std::string> names_;
  Row row_;
};

}  // namespace flapjack
