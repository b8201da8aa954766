// SPDX-License-Identifier: Apache-2.0
#include "scenarios/suggest.h"

#include <algorithm>

namespace flapjack {
namespace {

constexpr std::size_t kLongestName = 64;  // longer ones are no misspelling of ours
constexpr std::size_t kListAll = 5, kListAllForNothing = 12;
constexpr std::size_t kLongestQuote = 60;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Optimal string alignment: three rows of the usual table.
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + cost});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::string suggest(std::string_view wrong, const std::vector<std::string>& candidates) {
  if (wrong.empty() || wrong.size() > kLongestName) return {};
  const std::string low = lower(wrong);
  std::size_t best_distance = 1 + wrong.size() / 3;
  std::string best;
  for (const std::string& c : candidates) {
    const std::size_t d = edit_distance(low, lower(c));
    // A distance as long as the name itself would make any short name a suggestion.
    if (d >= c.size()) continue;
    if (d < best_distance || (d == best_distance && best.empty())) {
      best_distance = d;
      best = c;
    }
  }
  return best;
}

std::string suggestion_help(std::string_view wrong, const std::vector<std::string>& candidates,
                            std::string_view lead) {
  const std::string near = suggest(wrong, candidates);
  std::string help;
  if (!near.empty()) help = "did you mean " + in_quotes(near) + "?";
  const std::size_t most = wrong.empty() ? kListAllForNothing : kListAll;
  if (candidates.empty() || candidates.size() > most) return help;
  if (!near.empty() && candidates.size() == 1) return help;
  return help + (help.empty() ? "" : " ") + std::string(lead) + join(candidates);
}

std::string choice_help(std::string_view wrong, const std::vector<std::string>& candidates) {
  const std::string near = suggest(wrong, candidates);
  return (near.empty() ? "" : "did you mean " + in_quotes(near) + "? ") +
         "there are: " + join(candidates);
}

std::string join(const std::vector<std::string>& words, std::string_view separator) {
  std::string out;
  for (const std::string& w : words) {
    if (!out.empty()) out += separator;
    out += w;
  }
  return out;
}

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == ' ' || text[i] == '\t') {
      ++i;
      continue;
    }
    const std::size_t end = std::min(text.find_first_of(" \t", i), text.size());
    words.push_back(text.substr(i, end - i));
    i = end;
  }
  return words;
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  const bool cut = text.size() > kLongestQuote;
  std::size_t size = cut ? kLongestQuote : text.size();
  while (cut && size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  for (char c : text.substr(0, size)) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7F ? '?' : c;
  }
  return out + (cut ? "..." : "") + "\"";
}

}  // namespace flapjack
