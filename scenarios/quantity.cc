// SPDX-License-Identifier: Apache-2.0
#include "scenarios/quantity.h"

#include <limits>

namespace flapjack {
namespace {

using Wide = unsigned __int128;
constexpr std::size_t kMostDigits = 19;  // 10^19 times the largest factor is far from 2^128

std::string_view take_digits(std::string_view& rest) {
  std::size_t n = 0;
  while (n < rest.size() && rest[n] >= '0' && rest[n] <= '9') ++n;
  const std::string_view digits = rest.substr(0, n);
  rest.remove_prefix(n);
  return digits;
}

Wide number_of(std::string_view digits) {
  Wide n = 0;
  for (char c : digits) n = n * 10 + static_cast<unsigned>(c - '0');
  return n;
}

}  // namespace

std::optional<DecimalText> split_decimal(std::string_view text) {
  DecimalText d;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    d.negative = text[0] == '-';
    text.remove_prefix(1);
  }
  d.whole = take_digits(text);
  if (d.whole.empty()) return std::nullopt;
  if (text.size() >= 2 && text[0] == '.' && text[1] >= '0' && text[1] <= '9') {
    text.remove_prefix(1);
    d.fraction = take_digits(text);
  }
  d.unit = text;
  return d;
}

Scaled scale(const DecimalText& number, std::int64_t factor) {
  std::string_view whole = number.whole;
  std::string_view fraction = number.fraction;
  while (whole.size() > 1 && whole.front() == '0') whole.remove_prefix(1);
  while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
  if (whole.size() > kMostDigits) return {0, ScaleError::TooLarge};
  if (fraction.size() > kMostDigits) return {0, ScaleError::TooFine};

  Wide ten_to_the_fraction = 1;
  for (std::size_t i = 0; i < fraction.size(); ++i) ten_to_the_fraction *= 10;
  const Wide parts = number_of(fraction) * static_cast<Wide>(factor);
  if (parts % ten_to_the_fraction != 0) return {0, ScaleError::TooFine};
  const Wide total = number_of(whole) * static_cast<Wide>(factor) + parts / ten_to_the_fraction;
  if (total > static_cast<Wide>(std::numeric_limits<std::int64_t>::max())) {
    return {0, ScaleError::TooLarge};
  }
  const auto value = static_cast<std::int64_t>(total);
  return {number.negative ? -value : value, ScaleError::None};
}

}  // namespace flapjack
