// SPDX-License-Identifier: Apache-2.0
// PcapngReader: takes a pcapng file apart for tests, on its own reading of the format: it shares no
// code with the writer, and fails the test at the first byte out of place.
#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace flapjack::test {

using Bytes = std::vector<std::uint8_t>;

inline std::uint64_t little(const Bytes& bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value |= std::uint64_t{bytes.at(at + i)} << 8 * i;
  return value;
}

struct PcapngBlock {
  std::uint64_t type = 0;
  Bytes body;
  /// Code -> values of the options that begin at `at` in the body; they must fill the rest of it.
  std::multimap<std::uint64_t, Bytes> options(std::size_t at) const {
    std::multimap<std::uint64_t, Bytes> found;
    while (true) {
      const std::uint64_t code = little(body, at, 2), size = little(body, at + 2, 2);
      at += 4;
      if (code == 0) break;
      found.emplace(code, Bytes(body.begin() + static_cast<std::ptrdiff_t>(at),
                                body.begin() + static_cast<std::ptrdiff_t>(at + size)));
      for (std::size_t pad = size; pad % 4 != 0; ++pad) EXPECT_EQ(body.at(at + pad), 0);
      at += (size + 3) / 4 * 4;
    }
    EXPECT_EQ(at, body.size());
    return found;
  }
};

inline Bytes file_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

inline std::vector<PcapngBlock> pcapng_blocks(const Bytes& file) {
  std::vector<PcapngBlock> blocks;
  std::size_t at = 0;
  while (at < file.size()) {
    const std::uint64_t size = little(file, at + 4, 4);
    if (size < 12 || size % 4 != 0 || at + size > file.size()) {
      ADD_FAILURE() << "a block of " << size << " bytes at " << at;
      break;
    }
    EXPECT_EQ(little(file, at + size - 4, 4), size) << "the two lengths of the block at " << at;
    blocks.push_back({little(file, at, 4),
                      Bytes(file.begin() + static_cast<std::ptrdiff_t>(at + 8),
                            file.begin() + static_cast<std::ptrdiff_t>(at + size - 4))});
    at += size;
  }
  return blocks;
}

inline std::string text(const Bytes& bytes) { return std::string(bytes.begin(), bytes.end()); }

/// A row of the capture.
struct PcapngRow {
  std::string interface;
  std::uint64_t link_type = 0, ns = 0, flags = 0, packet_id = 0;
  Bytes bytes;
  std::vector<std::string> comments;
};

struct PcapngFile {
  explicit PcapngFile(const std::string& path) {
    for (const PcapngBlock& block : pcapng_blocks(file_bytes(path))) take(block);
  }
  std::vector<PcapngRow> of(const std::string& interface) const {
    std::vector<PcapngRow> found;
    for (const PcapngRow& row : rows) {
      if (row.interface == interface) found.push_back(row);
    }
    return found;
  }

  std::string comment, application;
  std::vector<std::pair<std::string, std::uint64_t>> interfaces;  // name, link type
  std::vector<PcapngRow> rows;
  std::map<std::string, std::string> names;                       // address as hex -> name
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> statistics;  // seen, dropped

 private:
  void take(const PcapngBlock& block) {
    if (block.type == 0x0a0d0d0a) {
      EXPECT_TRUE(interfaces.empty() && rows.empty());
      const auto options = block.options(16);
      comment = text(options.find(1)->second);
      application = text(options.find(4)->second);
    } else if (block.type == 1) {
      const auto options = block.options(8);
      EXPECT_EQ(options.find(9)->second, Bytes{9});
      interfaces.emplace_back(text(options.find(2)->second), little(block.body, 0, 2));
    } else if (block.type == 6) {
      take_row(block);
    } else if (block.type == 4) {
      take_name(block.body);
    } else if (block.type == 5) {
      const auto options = block.options(12);
      statistics[interfaces.at(little(block.body, 0, 4)).first] = {
          little(options.find(4)->second, 0, 8), little(options.find(5)->second, 0, 8)};
    } else {
      ADD_FAILURE() << "block type " << block.type;
    }
  }
  void take_row(const PcapngBlock& block) {
    PcapngRow row;
    const auto& interface = interfaces.at(little(block.body, 0, 4));
    row.interface = interface.first;
    row.link_type = interface.second;
    row.ns = little(block.body, 4, 4) << 32 | little(block.body, 8, 4);
    const std::uint64_t size = little(block.body, 12, 4);
    EXPECT_EQ(little(block.body, 16, 4), size);
    row.bytes.assign(block.body.begin() + 20,
                     block.body.begin() + 20 + static_cast<std::ptrdiff_t>(size));
    for (const auto& [code, value] : block.options(20 + (size + 3) / 4 * 4)) {
      if (code == 1) row.comments.push_back(text(value));
      if (code == 2) row.flags = little(value, 0, 4);
      if (code == 5) row.packet_id = little(value, 0, 8);
    }
    rows.push_back(std::move(row));
  }
  void take_name(const Bytes& body) {
    const std::uint64_t type = little(body, 0, 2), size = little(body, 2, 2);
    const std::size_t address = type == 1 ? 4 : 16;
    std::string hex;
    for (std::size_t i = 0; i < address; ++i) {
      constexpr char kDigits[] = "0123456789abcdef";
      hex += {kDigits[body.at(4 + i) / 16], kDigits[body.at(4 + i) % 16]};
    }
    EXPECT_EQ(body.at(4 + size - 1), 0);
    names[hex] = text(Bytes(body.begin() + 4 + static_cast<std::ptrdiff_t>(address),
                            body.begin() + 4 + static_cast<std::ptrdiff_t>(size - 1)));
    EXPECT_EQ(body.size(), 4 + (size + 3) / 4 * 4 + 8);  // two ends: of records, of options
  }
};

}  // namespace flapjack::test
