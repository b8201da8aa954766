// SPDX-License-Identifier: Apache-2.0
#include "scenarios/record_view.h"

namespace flapjack {

bool is_event_like(TraceKind kind) {
  return kind == TraceKind::Event || kind == TraceKind::Hop || kind == TraceKind::Drop;
}

bool is_packet_record(const TraceRecord& record) {
  return record.kind == TraceKind::Hop && record.frame != nullptr &&
         record.name == hop_name(Hop::LinkIn);
}

TraceMask kinds_of(const Pattern& pattern) {
  if (pattern.kind == PatternKind::Packet) return TraceMask::of(TraceKind::Hop);
  TraceMask kinds = TraceMask::of(TraceKind::Event);
  if (pattern.name == "dropped") kinds = kinds | TraceMask::of(TraceKind::Drop);
  for (std::size_t hop = 0; hop < kHops; ++hop) {
    if (pattern.name != hop_name(static_cast<Hop>(hop))) continue;
    kinds = kinds | TraceMask::of(TraceKind::Hop);
  }
  return kinds;
}

RecordView::RecordView(const Tracer& tracer, const TraceRecord& record, const NodeNames& nodes)
    : tracer_(tracer), record_(record) {
  event_ = {tracer.path(record.subject), record.name, {this, &RecordView::attr}};
  if (!is_packet_record(record)) return;
  frame_.emplace(record.frame->bytes(), nodes);
  if (!frame_->known()) {
    frame_.reset();
    return;
  }
  packet_ = {frame_->from(), frame_->to(),                frame_->proto(), frame_->tcp_flags(),
             frame_->len(),  {this, &RecordView::attr}, frame_->kind()};
}

bool RecordView::matches(const Pattern& pattern) const {
  if (pattern.kind == PatternKind::Packet) return frame_ && pattern.matches(packet_);
  return is_event_like(record_.kind) && pattern.matches(event_);
}

bool RecordView::attr(const void* self, std::string_view key, std::string_view* value) {
  const auto& view = *static_cast<const RecordView*>(self);
  std::string& text = view.text_;
  text.clear();
  bool found = true;
  if (key == "packet" && view.record_.packet.valid()) {
    text = std::to_string(view.record_.packet.value);
  } else if (key == "link" && view.frame_) {
    text = view.tracer_.path(view.record_.subject);
  } else {
    found = view.frame_ && view.frame_->append_attr(text, key);
  }
  for (const Attr& attr : view.record_.attrs) {
    if (found || attr.key != key) continue;
    append_value(text, attr);
    found = true;
  }
  if (found) *value = text;
  return found;
}

std::string RecordView::packet_text() const {
  if (!frame_) return {};
  const auto name = [](std::string_view n) { return std::string(n.empty() ? "?" : n); };
  std::string text = name(packet_.from) + " > " + name(packet_.to) + " ";
  text += packet_.kind;
  if (packet_.tcp_flags != 0) {
    text += ' ';
    constexpr std::string_view kFlags = "FSRPAUEC";
    for (std::size_t bit = 0; bit < kFlags.size(); ++bit) {
      if ((packet_.tcp_flags >> bit & 1) != 0) text += kFlags[bit];
    }
  }
  for (const std::string_view key : {"target", "part", "offset"}) {
    std::string value;
    if (frame_->append_attr(value, key)) text += ' ' + std::string(key) + '=' + value;
  }
  return text + " len=" + std::to_string(packet_.len);
}

}  // namespace flapjack
