// SPDX-License-Identifier: Apache-2.0
// "Did you mean": finds the name somebody meant among those that exist.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace flapjack {

/// The number of inserted, deleted, replaced or swapped neighbouring bytes between two names.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The nearest candidate, upper and lower case being equal, when its distance is at most
/// 1 + length of `wrong` / 3; the first of equals; empty when none is near.
std::string suggest(std::string_view wrong, const std::vector<std::string>& candidates);

/// The help line: `did you mean "x"?`, and all candidates when there are at most five, or twelve
/// where nothing is written (with `lead` before them, "known: " for instance). Empty when there is
/// nothing to say.
std::string suggestion_help(std::string_view wrong, const std::vector<std::string>& candidates,
                            std::string_view lead = "known: ");

/// `did you mean "x"? there are: a, b, c`, however many there are: for the words of a command line.
std::string choice_help(std::string_view wrong, const std::vector<std::string>& candidates);

/// "a, b, c".
std::string join(const std::vector<std::string>& words, std::string_view separator = ", ");

/// What stands between blanks; parts of `text`.
std::vector<std::string_view> split_words(std::string_view text);

/// The text in double quotes, cut short when it is very long; control characters as "?".
std::string in_quotes(std::string_view text);

}  // namespace flapjack
