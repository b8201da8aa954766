// SPDX-License-Identifier: Apache-2.0
#include "tools/views/pcap_view.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "stack/wire/hdlc.h"
#include "tools/views/modules.h"

namespace flapjack {
namespace {

constexpr std::uint16_t kUpperPdu = 252;  // LINKTYPE_WIRESHARK_UPPER_PDU
// Its tags (Wireshark's epan/exported_pdu.h), in network byte order.
constexpr std::uint16_t kTagEnd = 0, kTagDissector = 12;
constexpr std::string_view kDissector = "syslog";  // 6 bytes and 2 of padding
// <priority> of a line: facility user (1), and the severity (RFC 5424 section 6.2.1).
constexpr int kFacility = 1 * 8, kError = 3, kWarning = 4, kNotice = 5, kInfo = 6;

int severity_of(const TraceRecord& record) {
  if (record.kind == TraceKind::Drop) return kWarning;
  if (record.kind == TraceKind::Event) return kInfo;
  for (const Attr& attr : record.attrs) {
    if (attr.key == "verdict" && attr.text != "pass") return kError;
  }
  return kNotice;
}

// The TLVs that say how to read the rest, and the line.
void append_line(std::vector<std::uint8_t>& out, const std::string& line) {
  const auto put16 = [&out](std::size_t value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value));
  };
  const std::size_t padded = (kDissector.size() + 3) / 4 * 4;
  put16(kTagDissector);
  put16(padded);
  out.insert(out.end(), kDissector.begin(), kDissector.end());
  out.resize(out.size() + padded - kDissector.size());
  put16(kTagEnd);
  put16(0);
  out.insert(out.end(), line.begin(), line.end());
}

std::string line_of(const Tracer& tracer, const TraceRecord& record) {
  std::string line = "<" + std::to_string(kFacility + severity_of(record)) + ">";
  line += tracer.path(record.subject);
  line += ' ';
  line += record.name;
  for (const Attr& attr : record.attrs) {
    line += ' ';
    line += attr.key;
    if (attr.key == "undo") continue;
    line += '=';
    append_value(line, attr);
  }
  if (record.packet.valid()) line += " packet=" + std::to_string(record.packet.value);
  return line;
}

std::uint16_t frames_of(const Registry& registry, const IfaceSpec& iface) {
  const EngineEntry& engine = *find_entry(registry.engines, iface.engine);
  const LinkType frames =
      engine.make != nullptr ? engine.frames : find_entry(registry.l2s, iface.l2)->frames;
  return static_cast<std::uint16_t>(frames);
}

// A byte line's frame as readers know it: without flags, escapes and FCS. A damaged one stays.
void take_framing_off(std::vector<std::uint8_t>& frame) {
  std::vector<std::uint8_t> content(frame.size());
  const HdlcContent read = hdlc_decode(frame, content.data());
  if (read.error != HdlcError::None) return;
  content.resize(read.bytes);
  frame.swap(content);
}

std::string path_of(const TargetRef& end) { return end.node + "." + end.name; }

// From now on stdout is the capture's alone: what others print goes to stderr.
std::FILE* take_stdout() {
  std::fflush(stdout);
  const int own = dup(STDOUT_FILENO);
  if (own < 0) return nullptr;
  if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
    close(own);
    return nullptr;
  }
  return fdopen(own, "wb");
}

bool refuse(const std::string& path, const char* why) {
  std::fprintf(stderr, "flapjack: --pcap %s: %s\n", path.c_str(), why);
  return false;
}

}  // namespace

std::optional<PcapScope> PcapScope::parse(const std::string& text, std::string* wrong) {
  PcapScope scope{false, false, false};
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string word = text.substr(at, end - at);
    at = end + 1;
    if (word == "links" || word == "all") scope.links = true;
    if (word == "ifaces" || word == "all") scope.ifaces = true;
    if (word == "events" || word == "all") scope.events = true;
    if (word == "links" || word == "ifaces" || word == "events" || word == "all") continue;
    if (wrong != nullptr) *wrong = word;
    return {};
  }
  return scope;
}

PcapView::~PcapView() = default;

TraceMask PcapView::mask() const {
  if (scope_.events) return TraceMask::all();
  return TraceMask::of(TraceKind::Event) | TraceMask::of(TraceKind::Drop) |
         TraceMask::of(TraceKind::Hop);  // events: names of addresses
}

bool PcapView::open(const RunInfo& info) {
  if (path_ == "-") {
    if (isatty(STDOUT_FILENO) != 0) return refuse(path_, "stdout is a terminal; write to a file");
    file_.reset(take_stdout());
  } else {
    std::error_code error;
    if (std::filesystem::equivalent(path_, info.file, error)) {
      return refuse(path_, "this is the scenario itself");
    }
    file_.reset(std::fopen(path_.c_str(), "wb"));
  }
  return file_ != nullptr || refuse(path_, std::strerror(errno));
}

bool PcapView::begin(const RunInfo& info) {
  if (!open(info)) return false;
  writer_ = std::make_unique<PcapngWriter>(file_.get());
  std::string about = "Simulated time: 0 is the start of the run.\n" + info.reproduce;
  if (!info.spec->about.empty()) about += "\n" + info.spec->about;
  writer_->section(about, "flapjack " FLAPJACK_VERSION);
  add_channels(info);
  add_names(*info.spec);
  return true;
}

void PcapView::add_channels(const RunInfo& info) {
  const ScenarioSpec& spec = *info.spec;
  for (const LinkSpec& link : spec.links) {
    if (!scope_.links) break;
    const TargetRef& first = link.ends.front();
    const IfaceSpec& iface = *spec.find_node(first.node)->find_iface(first.name);
    std::string about = "link";
    for (const TargetRef& end : link.ends) about += " " + path_of(end);
    add_channel(true, {link.name, about, frames_of(*info.registry, iface),
                       static_cast<std::uint64_t>(link.up.rate_bps)});
  }
  for (const NodeSpec& node : spec.nodes) {
    if (!scope_.ifaces) break;
    for (const IfaceSpec& iface : node.ifaces) {
      add_channel(false, {node.name + "." + iface.name, "iface " + iface.technology,
                          frames_of(*info.registry, iface), 0});
    }
  }
  if (scope_.events) events_.interface = writer_->interface({"events", "events", kUpperPdu, 0});
}

void PcapView::add_channel(bool is_link, const PcapngInterface& interface) {
  Channel& channel = channels_[interface.name];
  channel.is_link = is_link;
  channel.is_ppp_link =
      is_link && interface.link_type == static_cast<std::uint16_t>(LinkType::Ppp);
  channel.interface = writer_->interface(interface);
}

void PcapView::add_names(const ScenarioSpec& spec) {
  for (const NodeSpec& node : spec.nodes) {
    for (const IfaceSpec& iface : node.ifaces) {
      for (const Ipv4Spec& address : iface.ipv4) {
        names_.emplace(Ipv4Address{address.value}, node.name);
      }
    }
  }
  for (const auto& [address, name] : names_) writer_->name(address, name);
}

void PcapView::record(const Tracer& tracer, const TraceRecord& record) {
  if (writer_ == nullptr) return;
  if (record.kind == TraceKind::Hop) return on_hop(tracer, record);
  if (record.kind == TraceKind::Drop) return on_drop(tracer, record);
  take_name(tracer, record);
  if (scope_.events && !is_routine(record)) on_event(tracer, record);
}

PcapView::Channel* PcapView::channel_of(const Tracer& tracer, SubjectId subject) {
  if (!subject.valid()) return nullptr;
  if (subject.value >= by_subject_.size()) {
    by_subject_.resize(subject.value + 1, nullptr);
    looked_up_.resize(subject.value + 1, false);
  }
  if (!looked_up_[subject.value]) {
    looked_up_[subject.value] = true;
    const auto found = channels_.find(tracer.path(subject));
    if (found != channels_.end()) by_subject_[subject.value] = &found->second;
  }
  return by_subject_[subject.value];
}

void PcapView::on_hop(const Tracer& tracer, const TraceRecord& record) {
  auto direction = PcapngDirection::Unknown;
  if (record.name == hop_name(Hop::DriverTx)) {
    direction = PcapngDirection::Outbound;
  } else if (record.name == hop_name(Hop::DriverRx)) {
    direction = PcapngDirection::Inbound;
  } else if (record.name != hop_name(Hop::LinkIn)) {
    return;
  }
  Channel* channel = channel_of(tracer, record.subject);
  if (channel != nullptr) begin_row(*channel, record, direction);
}

// The frame's own row when that is the latest one. A drop on a medium still shows the frame; in a
// node its headers may be off, so that the drop is told in words.
void PcapView::on_drop(const Tracer& tracer, const TraceRecord& record) {
  Channel* channel = channel_of(tracer, record.subject);
  const bool of_row = row_.channel != nullptr && row_.packet == record.packet;
  const bool on_link = channel != nullptr && channel->is_link;
  if (!of_row && !on_link) {
    if (scope_.events) on_event(tracer, record);
    return;
  }
  if (!of_row) begin_row(*channel, record, PcapngDirection::Unknown);
  std::string comment = "DROPPED by ";
  comment += tracer.path(record.subject);
  for (const Attr& attr : record.attrs) {
    if (attr.key == "len") continue;
    comment += attr.key == "reason" ? ": " : " " + std::string(attr.key) + "=";
    append_value(comment, attr);
  }
  if (record.at != row_.at) comment += " at " + to_text(record.at);
  row_.comments.push_back(std::move(comment));
  ++row_.channel->dropped;
}

void PcapView::on_event(const Tracer& tracer, const TraceRecord& record) {
  begin_row(events_, record, PcapngDirection::Unknown);
  row_.packet = {};  // a line is no frame that a drop could belong to
  append_line(row_.bytes, line_of(tracer, record));
  flush_row();
}

// An address that came at run time, from DHCP or a router.
void PcapView::take_name(const Tracer& tracer, const TraceRecord& record) {
  if (!record.name.ends_with("_ADDR_ADD")) return;
  for (const Attr& attr : record.attrs) {
    IpAddress address;
    if (attr.type == Attr::Type::Address) {
      address = Ipv4Address{static_cast<std::uint32_t>(attr.number)};
    } else if (attr.type == Attr::Type::Address6) {
      address = Ipv6Address{static_cast<std::uint64_t>(attr.high),
                            static_cast<std::uint64_t>(attr.number)};
    } else {
      continue;
    }
    const std::string_view path = tracer.path(record.subject);
    const std::string node(path.substr(0, path.find('.')));
    if (!names_.emplace(address, node).second) continue;
    flush_row();
    writer_->name(address, node);
  }
}

void PcapView::begin_row(Channel& channel, const TraceRecord& record, PcapngDirection direction) {
  flush_row();
  row_.channel = &channel;
  row_.at = record.at;
  row_.packet = record.packet;
  row_.direction = direction;
  row_.bytes.clear();
  row_.comments.clear();
  ++channel.seen;
  if (record.frame == nullptr || &channel == &events_) return;
  const auto bytes = record.frame->bytes();
  row_.bytes.assign(bytes.begin(), bytes.end());
  if (channel.is_ppp_link) take_framing_off(row_.bytes);
  if (record.frame->meta.damaged) row_.comments.emplace_back("DAMAGED by a fault");
}

void PcapView::flush_row() {
  if (row_.channel == nullptr) return;
  writer_->packet({row_.channel->interface, row_.at, row_.bytes, row_.direction,
                   row_.packet.value, row_.comments});
  row_.channel = nullptr;
}

bool PcapView::end(const RunInfo&, const RunReport& report) {
  flush_row();
  for (const auto& [path, channel] : channels_) {
    writer_->statistics(channel.interface, report.ended, channel.seen, channel.dropped);
  }
  const bool written = std::fflush(file_.get()) == 0 && std::ferror(file_.get()) == 0;
  file_.reset();
  return written || refuse(path_, "the capture could not be written");
}

}  // namespace flapjack
