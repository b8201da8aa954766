// SPDX-License-Identifier: Apache-2.0
#include "scenarios/json_text.h"

#include <algorithm>

namespace flapjack {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_punctuation(char c) {
  return c == '{' || c == '}' || c == '[' || c == ']' || c == ',' || c == ':';
}

/// The offset behind the string that opens at `begin`; the line's end when it does not close.
std::size_t string_end(std::string_view text, std::size_t begin, bool* closed) {
  std::size_t i = begin + 1;
  for (; i < text.size() && text[i] != '\n'; ++i) {
    if (text[i] == '"') {
      *closed = true;
      return i + 1;
    }
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] != '\n') ++i;
  }
  *closed = false;
  return i;
}

/// Length of the well-formed UTF-8 sequence at the start of `s`, or 0 (RFC 3629 section 4).
std::size_t sequence_length(std::string_view s) {
  const auto byte = [&s](std::size_t i) {
    return i < s.size() ? static_cast<unsigned char>(s[i]) : 0u;
  };
  const auto tail = [&byte](std::size_t i) { return byte(i) >= 0x80 && byte(i) <= 0xBF; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : 0xBF;
    return byte(1) >= low && byte(1) <= high && tail(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
    return byte(1) >= low && byte(1) <= high && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

void blank(std::string& text, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    if (text[i] != '\n' && text[i] != '\r') text[i] = ' ';
  }
}

/// Blanks the comment at `begin` and returns the offset behind it; `begin` when there is none.
std::size_t blank_comment(std::string& text, std::size_t begin, CleanJson& result) {
  if (begin + 1 >= text.size() || text[begin] != '/') return begin;
  std::size_t end = begin;
  if (text[begin + 1] == '/') {
    end = std::min(text.find('\n', begin), text.size());
  } else if (text[begin + 1] == '*') {
    end = text.find("*/", begin + 2);
    if (end == std::string::npos) {
      result.open_comment = SourceSpan{static_cast<std::uint32_t>(begin),
                                       static_cast<std::uint32_t>(begin + 2)};
      end = text.size();
    } else {
      end += 2;
    }
  }
  blank(text, begin, end);
  return end;
}

}  // namespace

std::string json_string(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  static constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else if (const std::size_t n = sequence_length(text.substr(i)); n > 0) {
      out += text.substr(i, n);
      i += n - 1;
    } else {
      out += kReplacement;
    }
  }
  return out + "\"";
}

std::optional<std::uint32_t> first_invalid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t n = sequence_length(text.substr(i));
    if (n == 0) return static_cast<std::uint32_t>(i);
    i += n;
  }
  return std::nullopt;
}

CleanJson clean_json(std::string_view text) {
  CleanJson result{std::string(text), std::nullopt};
  std::string& out = result.text;
  std::size_t i = 0;
  if (text.substr(0, 3) == "\xEF\xBB\xBF") {
    blank(out, 0, 3);
    i = 3;
  }
  char last = 0;                               // the last character that is not blank
  char before_comma = 0;                       // what stood before the last comma
  std::size_t comma = std::string::npos;       // where that comma is
  while (i < out.size()) {
    const char c = out[i];
    if (c == '"') {
      bool closed = false;
      i = string_end(out, i, &closed);
      last = '"';
      continue;
    }
    const std::size_t behind = blank_comment(out, i, result);
    if (behind != i) {
      i = behind;
      continue;
    }
    if ((c == '}' || c == ']') && last == ',') {
      // A comma that follows nothing stays: it is an error of its own.
      if (before_comma != 0 && std::string_view("{[,:").find(before_comma) ==
                                   std::string_view::npos) {
        out[comma] = ' ';
      }
    }
    if (c == ',') {
      before_comma = last;
      comma = i;
    }
    if (!is_blank(c)) last = c;
    ++i;
  }
  return result;
}

JsonToken next_json_token(std::string_view clean, std::uint32_t from) {
  std::size_t i = from;
  while (i < clean.size() && is_blank(clean[i])) ++i;
  JsonToken token;
  token.span.begin = static_cast<std::uint32_t>(i);
  if (i < clean.size()) {
    if (clean[i] == '"') {
      i = string_end(clean, i, &token.closed);
    } else if (is_punctuation(clean[i])) {
      ++i;
    } else {
      while (i < clean.size() && !is_blank(clean[i]) && !is_punctuation(clean[i]) &&
             clean[i] != '"') {
        ++i;
      }
    }
  }
  token.span.end = static_cast<std::uint32_t>(i);
  return token;
}

}  // namespace flapjack
