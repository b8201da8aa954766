// SPDX-License-Identifier: Apache-2.0
#include "scenarios/diagnostic.h"

#include <algorithm>

#include "scenarios/json_text.h"

namespace flapjack {
namespace {

constexpr std::uint32_t kWidestLine = 160;  // code points shown of a long source line

const char* severity_name(Severity s) { return s == Severity::Error ? "error" : "warning"; }

/// The bytes of `text` from code point `first`, `count` of them.
std::string_view code_points(std::string_view text, std::uint32_t first, std::uint32_t count) {
  std::size_t begin = 0;
  std::uint32_t seen = 0;
  std::size_t i = 0;
  const auto next = [&text](std::size_t at) {
    std::size_t n = at + 1;
    while (n < text.size() && (static_cast<unsigned char>(text[n]) & 0xC0) == 0x80) ++n;
    return n;
  };
  for (; i < text.size() && seen < first; ++seen) i = next(i);
  begin = i;
  for (seen = 0; i < text.size() && seen < count; ++seen) i = next(i);
  return text.substr(begin, i - begin);
}

std::string source_lines(const SourceFile& file, const SourcePlace& place) {
  const std::string_view line = file.line_text(place.line);
  const std::string number = std::to_string(place.line);
  std::uint32_t caret = place.column - 1;
  std::uint32_t first = 0;
  if (caret + 20 > kWidestLine) first = caret - 40;
  const std::string_view shown = code_points(line, first, kWidestLine);
  caret -= first;

  const std::uint32_t line_end = file.line_begin(place.line) + static_cast<std::uint32_t>(
      line.size());
  const std::uint32_t end = std::min(place.span.end, line_end);
  std::uint32_t width = 0;
  if (end > place.span.begin) {
    width = count_code_points(file.text().substr(place.span.begin, end - place.span.begin));
  }
  width = std::min(std::max(width, 1u), kWidestLine - std::min(caret, kWidestLine - 1));

  // Tabs stay tabs above and below, so that the caret stands under its token.
  std::string pad;
  for (char c : code_points(shown, 0, caret)) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) pad += c == '\t' ? '\t' : ' ';
  }
  std::string out = " " + number + " | ";
  for (char c : shown) out += static_cast<unsigned char>(c) < 0x20 && c != '\t' ? ' ' : c;
  out += "\n " + std::string(number.size(), ' ') + " | " + pad + "^" +
         std::string(width - 1, '~') + "\n";
  return out;
}

std::vector<const Diagnostic*> in_file_order(const DiagnosticSink& sink) {
  std::vector<const Diagnostic*> order;
  for (const Diagnostic& d : sink.all()) order.push_back(&d);
  std::stable_sort(order.begin(), order.end(), [](const Diagnostic* a, const Diagnostic* b) {
    return a->span.begin < b->span.begin;
  });
  return order;
}

std::string left_out_text(const DiagnosticSink& sink) {
  return std::to_string(sink.left_out()) + " more not shown";
}

std::string place_fields(const SourceFile& file, SourceSpan span) {
  const SourcePlace p = file.place(span);
  return "\"begin\":" + std::to_string(p.span.begin) + ",\"end\":" + std::to_string(p.span.end) +
         ",\"line\":" + std::to_string(p.line) + ",\"column\":" + std::to_string(p.column);
}

std::string render_json_one(const SourceFile& file, const Diagnostic& d) {
  std::string out = "{\"code\":" + json_string(d.code) + ",\"severity\":\"" +
                    severity_name(d.severity) + "\",\"message\":" + json_string(d.message) + "," +
                    place_fields(file, d.span);
  if (!d.help.empty()) out.append(",\"help\":").append(json_string(d.help));
  if (d.replacement) out.append(",\"replacement\":").append(json_string(*d.replacement));
  if (!d.notes.empty()) {
    out += ",\"notes\":[";
    for (const DiagnosticNote& n : d.notes) {
      if (&n != d.notes.data()) out += ",";
      out += "{\"text\":" + json_string(n.text);
      if (n.span) out.append(",").append(place_fields(file, *n.span));
      out += "}";
    }
    out += "]";
  }
  return out + "}";
}

}  // namespace

void DiagnosticSink::add(Diagnostic d) {
  for (const Diagnostic& k : kept_) {
    if (k.span == d.span && k.severity == d.severity) return;
  }
  if (d.severity == Severity::Error) ++errors_;
  if (kept_.size() >= kLimit) {
    ++left_out_;
    return;
  }
  kept_.push_back(std::move(d));
}

std::string render(const SourceFile& file, const Diagnostic& d) {
  const SourcePlace place = file.place(d.span);
  std::string out = to_text(file.name(), place) + ": " + severity_name(d.severity) + ": " +
                    d.message + " [" + d.code + "]\n" + source_lines(file, place);
  const std::string indent(std::to_string(place.line).size() + 2, ' ');
  if (!d.help.empty()) out += indent + "= help: " + d.help + "\n";
  for (const DiagnosticNote& n : d.notes) {
    out += indent + "= note: " + n.text;
    if (n.span) out += " (" + to_text(file.name(), file.place(*n.span)) + ")";
    out += "\n";
  }
  return out;
}

std::string render(const SourceFile& file, const DiagnosticSink& sink) {
  std::string out;
  for (const Diagnostic* d : in_file_order(sink)) out += render(file, *d);
  if (sink.left_out() != 0) out += file.name() + ": " + left_out_text(sink) + "\n";
  return out;
}

std::string render_json(const SourceFile& file, const DiagnosticSink& sink) {
  std::string out = "{\"format\":1,\"file\":" + json_string(file.name()) + ",\"diagnostics\":[";
  bool first = true;
  for (const Diagnostic* d : in_file_order(sink)) {
    if (!first) out += ",";
    first = false;
    out += render_json_one(file, *d);
  }
  return out + "],\"left_out\":" + std::to_string(sink.left_out()) + "}\n";
}

}  // namespace flapjack
