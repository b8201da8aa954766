// SPDX-License-Identifier: Apache-2.0
// ConnectorBridge: processes outside as agents of a node's Connector, over datagrams of a Unix or a
// UDP socket. Their bytes are the bytes inside: messages with their 20-byte headers, no framing.
// Each sender gets a socket of the node's Connector at its first datagram, so that what a slow
// reader loses is lost there, and shows as a gap of the seq; an empty datagram closes it. Over a
// Unix socket it also gets one of the machine's to itself, and the path one for whoever comes next:
// a reader that has stopped holds up nobody else, unless both connected before either one wrote.
//
// A live run: simulated time follows the machine's clock, and its digest is its own.
#pragma once
#include <memory>
#include <string>

#include "scenarios/live_drive.h"
#include "tools/live/connector_address.h"

namespace flapjack {

struct ConnectorBridgeOptions {
  ConnectorAddress at;
  bool wait = false;           ///< time stands still until the first agent has come
  bool (*stop)() = nullptr;    ///< asked while it waits; true lets the run go on and end
};

/// Null in a build without Asio.
std::unique_ptr<LiveDrive> make_connector_bridge(const ConnectorBridgeOptions& options);

}  // namespace flapjack
