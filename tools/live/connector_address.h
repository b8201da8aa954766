// SPDX-License-Identifier: Apache-2.0
// What `--connector` says: [NODE=]unix:PATH or [NODE=]udp:HOST:PORT.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace flapjack {

/// What the path of a Unix socket may have: sun_path of sockaddr_un without its end.
inline constexpr std::size_t kUnixPathBytesMax = 107;

struct ConnectorAddress {
  std::string node;   ///< empty: the first of the scenario
  std::string path;   ///< unix: of the socket
  std::string host;   ///< udp
  std::uint16_t port = 0;
  bool is_unix() const { return !path.empty(); }
  /// "unix:/run/x", "udp:127.0.0.1:5000".
  std::string text() const;
  /// Nothing when `text` is not such an address; then `why`, if given, is what is wrong with it.
  static std::optional<ConnectorAddress> parse(const std::string& text,
                                               std::string* why = nullptr);
};

}  // namespace flapjack
